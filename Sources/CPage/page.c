#include "page.h"

// A C23 directive, which the compiler that comes with Swift knows in every standard.
#pragma clang diagnostic ignored "-Wc23-extensions"

static const unsigned char app_js[] = {
#embed "../RollcallWeb/Page/app.js"
};
static const unsigned char ask_js[] = {
#embed "../RollcallWeb/Page/ask.js"
};
static const unsigned char board_js[] = {
#embed "../RollcallWeb/Page/board.js"
};
static const unsigned char claims_js[] = {
#embed "../RollcallWeb/Page/claims.js"
};
static const unsigned char conflicts_js[] = {
#embed "../RollcallWeb/Page/conflicts.js"
};
static const unsigned char dom_js[] = {
#embed "../RollcallWeb/Page/dom.js"
};
static const unsigned char families_js[] = {
#embed "../RollcallWeb/Page/families.js"
};
static const unsigned char fieldrow_js[] = {
#embed "../RollcallWeb/Page/fieldrow.js"
};
static const unsigned char format_js[] = {
#embed "../RollcallWeb/Page/format.js"
};
static const unsigned char icon_svg[] = {
#embed "../RollcallWeb/Page/icon.svg"
};
static const unsigned char index_html[] = {
#embed "../RollcallWeb/Page/index.html"
};
static const unsigned char keys_js[] = {
#embed "../RollcallWeb/Page/keys.js"
};
static const unsigned char laptops_js[] = {
#embed "../RollcallWeb/Page/laptops.js"
};
static const unsigned char listimport_js[] = {
#embed "../RollcallWeb/Page/listimport.js"
};
static const unsigned char lists_js[] = {
#embed "../RollcallWeb/Page/lists.js"
};
static const unsigned char new_js[] = {
#embed "../RollcallWeb/Page/new.js"
};
static const unsigned char people_js[] = {
#embed "../RollcallWeb/Page/people.js"
};
static const unsigned char person_js[] = {
#embed "../RollcallWeb/Page/person.js"
};
static const unsigned char photos_js[] = {
#embed "../RollcallWeb/Page/photos.js"
};
static const unsigned char print_js[] = {
#embed "../RollcallWeb/Page/print.js"
};
static const unsigned char store_js[] = {
#embed "../RollcallWeb/Page/store.js"
};
static const unsigned char style_css[] = {
#embed "../RollcallWeb/Page/style.css"
};
static const unsigned char words_en_js[] = {
#embed "../RollcallWeb/Page/words-en.js"
};
static const unsigned char words_ru_js[] = {
#embed "../RollcallWeb/Page/words-ru.js"
};
static const unsigned char words_uk_js[] = {
#embed "../RollcallWeb/Page/words-uk.js"
};
static const unsigned char words_js[] = {
#embed "../RollcallWeb/Page/words.js"
};

#define FILE(path, name) {path, name, sizeof name}

static const struct page_file page_files[] = {
    FILE("app.js", app_js),
    FILE("ask.js", ask_js),
    FILE("board.js", board_js),
    FILE("claims.js", claims_js),
    FILE("conflicts.js", conflicts_js),
    FILE("dom.js", dom_js),
    FILE("families.js", families_js),
    FILE("fieldrow.js", fieldrow_js),
    FILE("format.js", format_js),
    FILE("icon.svg", icon_svg),
    FILE("index.html", index_html),
    FILE("keys.js", keys_js),
    FILE("laptops.js", laptops_js),
    FILE("listimport.js", listimport_js),
    FILE("lists.js", lists_js),
    FILE("new.js", new_js),
    FILE("people.js", people_js),
    FILE("person.js", person_js),
    FILE("photos.js", photos_js),
    FILE("print.js", print_js),
    FILE("store.js", store_js),
    FILE("style.css", style_css),
    FILE("words-en.js", words_en_js),
    FILE("words-ru.js", words_ru_js),
    FILE("words-uk.js", words_uk_js),
    FILE("words.js", words_js),
};

const size_t page_file_count = sizeof page_files / sizeof page_files[0];

const struct page_file *page_files_start(void) { return page_files; }
