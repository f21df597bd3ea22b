#!/usr/bin/env python3
"""What: makes the workbooks of this folder with the libraries that other people's lists come from; the same people in each.
Usage: make.py FOLDER   (needs openpyxl and XlsxWriter; what they write is committed, so that tests need neither)
gnumeric.xlsx and libreoffice.xlsx are openpyxl.xlsx, read and written by these: `ssconvert openpyxl.xlsx gnumeric.xlsx`,
`soffice --headless --convert-to xlsx --outdir out openpyxl.xlsx`.
Example: python3 -m venv v && v/bin/pip install openpyxl XlsxWriter && v/bin/python make.py .
"""
import datetime
import pathlib
import sys

import openpyxl
import xlsxwriter

HEADER = ["№ з/п", "Прізвище, ім'я та по батькові", "Дата народження", "Категорія", "Примітка"]
# Invented people, a date as a day and one as a text.
PEOPLE = [
    (1, "КОВАЛЬ Петро Іванович", datetime.date(1988, 3, 12), "військовий", None),
    (2, "БОЙКО Олена Петрівна", "05.01.1990 р.н.", "цивільна особа", "=1+1"),
    (3, "ТКАЧ Іван", datetime.date(1979, 12, 31), "військовий", "без документів"),
]


def with_openpyxl(path):
    book = openpyxl.Workbook()
    cover = book.active
    cover.title = "Титул"
    cover["A1"] = "Список"
    sheet = book.create_sheet("Список")
    sheet.merge_cells("A1:E1")
    sheet["A1"] = "СПИСОК осіб"
    sheet.append([])
    sheet.append(HEADER)
    for person in PEOPLE:
        sheet.append([None if cell == "=1+1" else cell for cell in person])
    for row in range(4, 7):
        sheet.cell(row, 3).number_format = "dd.mm.yyyy"
    sheet["E5"].value = "=1+1"
    sheet["E5"].data_type = "s"
    book.save(path)


def with_xlsxwriter(path):
    book = xlsxwriter.Workbook(str(path), {"date_1904": True})
    day = book.add_format({"num_format": "dd.mm.yyyy"})
    sheet = book.add_worksheet("Лист1")
    sheet.merge_range("A1:E1", "СПИСОК осіб")
    for column, name in enumerate(HEADER):
        sheet.write_string(2, column, name)
    for row, person in enumerate(PEOPLE, 3):
        for column, cell in enumerate(person):
            if isinstance(cell, datetime.date):
                sheet.write_datetime(row, column, datetime.datetime(cell.year, cell.month, cell.day), day)
            elif isinstance(cell, int):
                sheet.write_number(row, column, cell)
            elif cell:
                sheet.write_string(row, column, cell)
    sheet.write_formula(6, 0, "=SUM(A4:A6)", None, 6)
    book.close()


if __name__ == "__main__":
    folder = pathlib.Path(sys.argv[1])
    with_openpyxl(folder / "openpyxl.xlsx")
    with_xlsxwriter(folder / "xlsxwriter.xlsx")
