"""What is wrong with an imported list and what to do, by code: English texts, marked for the catalogues."""

from consult.i18n import N_

MESSAGES = {
    "file.too_big": N_(
        "The file has %(megabytes)s MB; at most %(most)s MB can be imported. Split it into several lists."
    ),
    "file.empty": N_("The file is empty. Choose the list again."),
    "file.old_workbook": N_(
        "This is an old Excel file (.xls) or a protected workbook. Save it as .xlsx without a password."
    ),
    "file.pdf": N_("This is a PDF. Import the list as CSV or XLSX."),
    "file.too_many_people": N_(
        "The list has more than %(most)s people, which is the most that can be imported at once. Split it "
        "into several lists."
    ),
    "file.open_quotation": N_(
        "Row %(row)s cannot be read: a quotation mark is in the wrong place or not closed. Correct it and "
        "import again."
    ),
    "file.not_utf8": N_(
        "The file is not in UTF-8 (first seen in row %(row)s). In the spreadsheet, save it as “CSV UTF-8”, "
        "or import the XLSX file."
    ),
    "file.not_a_list": N_("This is not a list of people. Import a CSV or XLSX file."),
    "file.no_sheet": N_("The workbook has no sheet. Put the list on its first sheet."),
    "file.far_rows": N_("The first sheet reaches below row %(most)s. Copy the list alone to a new workbook."),
    "file.damaged": N_("The workbook is damaged. Open it, save it again as .xlsx, and import that."),
    "file.unpacks_too_big": N_(
        "The workbook is far too large when unpacked. Copy the list alone to a new workbook."
    ),
    "file.not_a_workbook": N_("This archive is not an Excel workbook. Import a CSV or XLSX file."),
    "file.document_type": N_(
        "The workbook carries a document type, which no spreadsheet writes. Copy the list to a new workbook."
    ),
    "file.no_people": N_("The list has headings and no people. Add one row for each person."),
    "column.missing": N_("The first row must name the columns; missing: %(names)s."),
    "column.twice": N_("Two columns hold “%(name)s”. Keep one of them."),
    "row.too_long": N_(
        "There is a value in column %(number)s, which has no heading. Is a separator inside a cell?"
    ),
    "cell.too_long": N_("The text has %(length)s characters; at most %(most)s fit. Shorten it."),
    "cell.control": N_("There is a line break or a control character. Type the text again."),
    "cell.formula": N_("This is a formula. Replace it by its value."),
    "name.missing": N_("The name is missing. Write the person's name."),
    "name.too_long": N_("The name is longer than %(most)s characters. Shorten it."),
    "email.missing": N_("The e-mail address is missing. Write one, such as name@example.org."),
    "email.malformed": N_("This is not an e-mail address. Write one address, such as name@example.org."),
    "email.twice": N_("The same address stands in row %(row)s. Keep one row for each person."),
    "role.missing": N_("The role is missing. Write one of %(known)s."),
    "role.unknown": N_("There is no role “%(value)s”. Write one of %(known)s."),
    "role.second_head": N_("The same delegation has its head in row %(row)s. Keep one head of delegation."),
    "stakeholder_type.missing": N_("The stakeholder type is missing. Write one of %(known)s."),
    "stakeholder_type.unknown": N_("There is no stakeholder type “%(value)s”. Write one of %(known)s."),
    "delegation.unknown": N_(
        "There is no State with the code or name “%(value)s”. Write its three-letter code, such as KEN; for"
        " an organisation, leave the cell empty."
    ),
    "delegation.missing": N_("A State's delegation needs its code. Write three letters, such as KEN."),
    "delegation.not_member_state": N_(
        "%(state)s is not a Member State. Correct the code or the stakeholder type."
    ),
    "delegation.not_observer_state": N_(
        "%(state)s is not an observer State. Correct the code or the stakeholder type."
    ),
    "delegation.not_a_state": N_(
        "Only the delegation of a State has a State's code. Leave the cell empty and name the organisation."
    ),
    "organisation.missing": N_("The organisation is missing. Write whom the person speaks for."),
    "languages.unknown": N_(
        "There is no language “%(value)s”. Write codes with | between them, such as en|fr."
    ),
    "languages.too_many": N_("There are more than %(most)s languages. Keep the best ones."),
    "gender.unknown": N_("Write one of %(known)s, or leave the cell empty."),
    "age_band.unknown": N_("Write one of %(known)s, or leave the cell empty."),
}
