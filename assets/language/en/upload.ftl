done-upload-cancelled = The upload is ended and its file deleted.
done-upload-cancelling = The import ends after the part it is at. What was stored before stays.
upload-about-cancelled = This became of the rows up to the end of the import:
upload-about-checked = Nothing is stored yet. This is what an import would do:
upload-about-done = { $refused ->
    [0] Everything is stored.
    [one] The import has ended. One row was refused and is not stored: mend it and send it again.
   *[other] The import has ended. { $refused } rows were refused and are not stored: mend them and send them again.
} This became of the rows:
upload-about-failed = This became of the rows so far:
upload-about-refused = Nothing of this file can be imported. Mend what is said here, then upload it again.
upload-about-stopped = The import ended before the end of the file. This became of the rows:
upload-again = Try again
upload-all = All
upload-author = Author where the file names none
upload-broken = The file could not be sent whole. Check the connection, then send it again.
upload-by = Uploaded by
upload-bytes = { $count } bytes
upload-came = Uploaded
upload-came-before = This very file came already on { $when }, but was not imported then.
upload-cancel = End this upload
upload-cancel-ask = End the upload of { $file }?
upload-cancel-do = End it
upload-cancel-running = The import ends after the part it is at. What was stored before stays, and the rest can be uploaded again.
upload-cancel-waiting = Nothing of it is stored. The file is deleted.
upload-choose = Choose a definition
upload-close = You may close this page; the work goes on.
upload-code = Code
upload-column = Column
upload-damaged = The file was damaged on the disk after it came. Upload it again; if it happens twice, IT should look at the disk.
upload-definition = Project, definition and version
upload-definition-hint = Only definitions of projects that you may upload for are shown.
upload-drop = You can also drop it here.
upload-expired = Nobody decided about this upload within { $days } days, so its file was deleted. Upload it again if it is still wanted.
upload-failed = Something went wrong here, not with the file. What was stored before stays. Try again; if it fails again, ask IT to look at the log of the appliance.
upload-fate = Would become
upload-fate-correction = Correction
upload-fate-new = New
upload-fate-refused = Refused
upload-fate-unchanged = Unchanged
upload-file = CSV file
upload-file-hint = A CSV file with a header row, at most { $limit } MiB.
upload-filter = Filter
upload-findings-open = See all findings and get the rows to mend
upload-found = What was found
upload-found-more = { $count ->
    [one] One more line is
   *[other] { $count } more lines are
} on the page of all findings.
upload-found-none = Nothing was found that fits. Choose another code or column.
upload-get = Files to keep and to mend
upload-get-findings = Findings as CSV{ $parts ->
    [one] {""}
   *[other] {" "}({ $part } of { $parts })
}
upload-get-mend = { $rows ->
    [one] One refused row
   *[other] { $rows } refused rows
} to mend{ $parts ->
    [one] {""}
   *[other] {" "}({ $part } of { $parts })
}
upload-import = { $count ->
    [0] Import, though no row is new
    [one] Import one row
   *[other] Import { $count } rows
}
upload-keep = Keep it
upload-kibibytes = { $count } KiB
upload-line = Line
upload-mebibytes = { $count } MiB
upload-mend = Mend the refused { $count ->
    [one] row
   *[other] rows
}
upload-mend-about = The file of refused rows holds patient data, and that you got it is written down. Mend the rows, upload the file again, then delete it.
upload-mend-too-large = There are too many refused rows for one file, because the file is damaged from one place on. Mend that place in your own file and upload it again: rows that are stored already count as unchanged.
upload-new = New upload
upload-new-about = First the file is only checked: you see what would become of each row and then decide. The file is kept encrypted and is deleted after the import.
upload-no-definition = There is no definition that you may upload for. A DP Manager of your organisation can give you its project.
upload-no-room = There is not enough room left on the disk of the appliance for this file. Nothing of it was kept. Ask IT to make room, then upload it again.
upload-none = No file was uploaded yet. Upload a first one: it is only checked until you decide.
upload-not-here = This upload is at another place by now, so this cannot be done with it. Look at its page again.
upload-preview = Preview of the rows
upload-preview-some = Some rows of each kind are shown, and those in which something was found.
upload-progress = Where it is
upload-read = Rows read
upload-reload = Reload the page
upload-row = Row
upload-rows-importing = { $count ->
    [one] One row imported
   *[other] { $count } rows imported
}
upload-rows-received = { $count ->
    [one] One row checked
   *[other] { $count } rows checked
}
upload-send = Send and check
upload-sending = Sending the file
upload-severity = Severity
upload-severity-error = Error
upload-severity-warning = Warning
upload-shape = Shape of the value
upload-shape-is = Shape:
upload-showing = { $from } to { $to } of { $total }
upload-size = Size
upload-state = State
upload-state-cancelled = Ended
upload-state-checked = Waits for your decision
upload-state-done = Imported
upload-state-failed = Failed here
upload-state-importing = Being imported
upload-state-received = Being checked
upload-state-refused = Refused
upload-state-stopped = Stopped
upload-times = Times
upload-too-large = This file is larger than { $limit } MiB. Split it and upload the parts one by one.
upload-unknown = There is no such upload.
upload-waits = It waits for its turn and begins by itself.
upload-warnings = Warnings
upload-what = What was found
upload-whole-row = whole row
upload-source-drop-folder = Drop folder
upload-drop-folder-is = Files that are put into this folder, below the one of their definition, are imported by themselves:
upload-drop-folder-help = How it works
