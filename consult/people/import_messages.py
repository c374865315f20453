"""What is wrong with an imported list and what to do, by code: the English text that catalogues translate.

Pure: text only.
"""

MESSAGES = {
    "file.too_big": (
        "The file has {megabytes} MB; at most {most} MB can be imported. Split it into several lists."
    ),
    "file.empty": "The file is empty. Choose the list again.",
    "file.old_workbook": (
        "This is an old Excel file (.xls) or a protected workbook. Save it as .xlsx without a password."
    ),
    "file.pdf": "This is a PDF. Import the list as CSV or XLSX.",
    "file.too_many_people": (
        "The list has more than {most} people, which is the most that can be imported at once. Split it into "
        "several lists."
    ),
    "file.open_quotation": (
        "Row {row} cannot be read: a quotation mark is in the wrong place or not closed. Correct it and "
        "import again."
    ),
    "file.not_utf8": (
        "The file is not in UTF-8 (first seen in row {row}). In the spreadsheet, save it as “CSV UTF-8”, or "
        "import the XLSX file."
    ),
    "file.not_a_list": "This is not a list of people. Import a CSV or XLSX file.",
    "file.no_sheet": "The workbook has no sheet. Put the list on its first sheet.",
    "file.far_rows": "The first sheet reaches below row {most}. Copy the list alone to a new workbook.",
    "file.damaged": "The workbook is damaged. Open it, save it again as .xlsx, and import that.",
    "file.unpacks_too_big": (
        "The workbook is far too large when unpacked. Copy the list alone to a new workbook."
    ),
    "file.not_a_workbook": "This archive is not an Excel workbook. Import a CSV or XLSX file.",
    "file.document_type": (
        "The workbook carries a document type, which no spreadsheet writes. Copy the list to a new workbook."
    ),
    "file.no_people": "The list has headings and no people. Add one row for each person.",
    "column.missing": "The first row must name the columns; missing: {names}.",
    "column.twice": "Two columns hold “{name}”. Keep one of them.",
    "row.too_long": (
        "There is a value in column {number}, which has no heading. Is a separator inside a cell?"
    ),
    "cell.too_long": "The text has {length} characters; at most {most} fit. Shorten it.",
    "cell.control": "There is a line break or a control character. Type the text again.",
    "cell.formula": "This is a formula. Replace it by its value.",
    "name.missing": "The name is missing. Write the person's name.",
    "name.too_long": "The name is longer than {most} characters. Shorten it.",
    "email.missing": "The e-mail address is missing. Write one, such as name@example.org.",
    "email.malformed": "This is not an e-mail address. Write one address, such as name@example.org.",
    "email.twice": "The same address stands in row {row}. Keep one row for each person.",
    "role.missing": "The role is missing. Write one of {known}.",
    "role.unknown": "There is no role “{value}”. Write one of {known}.",
    "role.second_head": "The same delegation has its head in row {row}. Keep one head of delegation.",
    "stakeholder_type.missing": "The stakeholder type is missing. Write one of {known}.",
    "stakeholder_type.unknown": "There is no stakeholder type “{value}”. Write one of {known}.",
    "delegation.unknown": (
        "There is no State with the code or name “{value}”. Write its three-letter code, such as KEN; for an "
        "organisation, leave the cell empty."
    ),
    "delegation.missing": "A State's delegation needs its code. Write three letters, such as KEN.",
    "delegation.not_member_state": "{state} is not a Member State. Correct the code or the stakeholder type.",
    "delegation.not_observer_state": (
        "{state} is not an observer State. Correct the code or the stakeholder type."
    ),
    "delegation.not_a_state": (
        "Only the delegation of a State has a State's code. Leave the cell empty and name the organisation."
    ),
    "organisation.missing": "The organisation is missing. Write whom the person speaks for.",
    "languages.unknown": "There is no language “{value}”. Write codes with | between them, such as en|fr.",
    "languages.too_many": "There are more than {most} languages. Keep the best ones.",
    "gender.unknown": "Write one of {known}, or leave the cell empty.",
    "age_band.unknown": "Write one of {known}, or leave the cell empty.",
}
