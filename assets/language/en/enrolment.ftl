list-projects = Projects
list-no-project = There is no project here for you. A User Manager or DP Manager can give you a role for one.
list-held = Held registrations
list-released = { $count ->
    [one] One registration that was held is released and will be delivered.
   *[other] { $count } registrations that were held are released and will be delivered.
}
list-export = Export as CSV
list-all = Show all
list-first = To the beginning
list-file = CSV file
list-file-missing = Choose a file first.
list-import = Take in the file
list-result = What became of the file
list-outcome = Outcome
list-count = Lines
list-lines = Which
list-lines-about = Lines are counted as an editor counts them, the header being line 1. What stood on a wrong line was not kept: mend it in your file and send the file again; what is known already counts only once.
list-nothing = The column is empty in every row, so there was nothing to do.
list-back = Back to the list
list-added = Added
list-known = Known already
list-repeated = Stands in the file more than once
list-check-digits = The check digits do not fit
list-impossible = Stands for a date or sequence that cannot be
list-shape = Not the right number of digits
enrolment-about = Only registrations of physicians who take part in { $project } leave this hospital. Those of others are held until their physician is enrolled.
enrolment-not-asked = The definitions of { $project } do not ask for enrolled physicians, so this list holds nothing back.
enrolment-held = Wait for enrolment
enrolment-waiting = { $count ->
    [one] One registration waits for a physician to be enrolled
   *[other] { $count } registrations wait for a physician to be enrolled
}
enrolment-strangers = These physicians do not take part today. Enrol those who agreed to; their registrations are then released.
enrolment-others = { $count ->
    [one] One more physician holds fewer back.
   *[other] { $count } more physicians hold fewer back.
}
enrolment-nameless = { $count ->
    [one] One registration names no physician. Mend the row in the source and import it again.
   *[other] { $count } registrations name no physician. Mend these rows in the source and import them again.
}
enrolment-nihdi = NIHDI number of the physician
enrolment-nihdi-hint = Eight digits, or eleven with the qualification code. Digits 7 and 8 are check digits: as a rule 97 less the remainder of the first six divided by 97, so one mistyped digit shows.
enrolment-wrong-check-digits = The check digits (digits 7 and 8) do not fit the others. Compare each digit with the physician’s stamp or with RIZIV-INAMI’s list.
enrolment-wrong-impossible = This cannot be a NIHDI number. Compare each digit with the physician’s stamp.
enrolment-wrong-shape = A NIHDI number has 8 or 11 digits; dots, dashes and spaces between them do not matter.
enrolment-since = First day
enrolment-since-hint = Registrations are released from this day on.
enrolment-until = Last day
enrolment-until-early = The last day cannot be before the first.
enrolment-day-wrong = Give a day as year-month-day, for example 2026-03-31.
enrolment-ended-before = This physician’s taking part has ended on that day or before already.
enrolment-known = This physician takes part already.
enrolment-search = Begins with
enrolment-none-found = No physician of this list has a number that begins so.
enrolment-none-yet = Nobody takes part yet. Enrol the first physician above, or take in a file.
enrolment-none-read = Nobody takes part yet. A DP Manager or Study Lead can enrol physicians.
enrolment-now = Takes part
enrolment-later = Takes part later
enrolment-over = Ended
enrolment-add = Enrol a physician
enrolment-enrol = Enrol
enrolment-end = End
enrolment-end-ask = On which day does physician { $nihdi } take part in { $project } for the last time?
enrolment-end-about = What has been sent stays sent. What has not left by then is held.
enrolment-file = A list of physicians
enrolment-file-hint = A CSV file with a column CD_HPIN; other columns do not matter. Each physician takes part from today on.
done-enrolment-added = The physician has been enrolled.
done-enrolment-ended = The last day has been noted.
objection-about = Registrations of these patients for { $project } stay in this hospital. What was sent before an objection was noted stays sent.
objection-shown = Patient numbers stand on this page in clear. That you saw them has been written down in the audit.
objection-show = Show patient numbers
objection-search = National register number
objection-found = Objections of the patient you looked up.
objection-number = Number
objection-patient = Patient
objection-masked = masked
objection-scope = Against
objection-all-projects = all projects
objection-since = Noted
objection-now = Objects
objection-over = Ended
objection-end = End objection
objection-end-ask = End objection { $number } against { $project }?
objection-end-about = What is held for this objection alone is released and will be delivered. What has been delivered cannot be called back by noting the objection again.
objection-add = Note an objection
objection-note = Note
objection-ssin = National register or BIS number of the patient
objection-ssin-hint = Eleven digits: date of birth, a sequence number and two check digits, which are 97 less the remainder of the first nine divided by 97 (for those born from 2000 on with a 2 before them).
objection-wrong-check-digits = The last two digits, the check digits, do not fit the others. Compare each digit with the patient’s identity card.
objection-wrong-impossible = The digits stand for a date or a sequence number that cannot be. Compare each digit with the patient’s identity card.
objection-wrong-shape = A national register or BIS number has eleven digits; dots, dashes and spaces between them do not matter.
objection-known = This objection is known already.
objection-all = Against all projects, now and later
objection-none = No patient objects. Note the first objection as soon as a patient tells you.
objection-none-found = This patient does not object to this project.
objection-file = A list of patients
objection-file-hint = A CSV file with a column IDC_PAT; other columns do not matter. The file is not kept.
done-objection-added = The objection has been noted. From now on the patient’s registrations stay here.
done-objection-ended = The objection has been ended.
