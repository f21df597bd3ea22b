"""The scenes, by name, in the order in which they are played."""
from browser_parts.scenes.arriving import a_bus_is_emptied, decided, heads_of_a_bus, namesakes_and_grades
from browser_parts.scenes.asking import families
from browser_parts.scenes.checking import absent_and_unlisted, late_list
from browser_parts.scenes.clearing import keys_alone
from browser_parts.scenes.clocks import wrong_clock
from browser_parts.scenes.fights import chosen_unseen, does_not_want_to_go, rank_fight, typed_text_is_safe, verify_field_by_field
from browser_parts.scenes.guarding import gone_while_typing, strangers
from browser_parts.scenes.looks import looks
from browser_parts.scenes.photos import photos
from browser_parts.scenes.states import calm_states
from browser_parts.scenes.twice import one_man_twice, parity_with_a_doubt

SCENES = {scene.__name__: scene for scene in (
    one_man_twice, rank_fight, chosen_unseen, verify_field_by_field, late_list, absent_and_unlisted, parity_with_a_doubt, does_not_want_to_go, keys_alone, families,
    heads_of_a_bus, a_bus_is_emptied, decided, namesakes_and_grades, wrong_clock, photos, typed_text_is_safe, gone_while_typing, strangers, calm_states, looks)}
