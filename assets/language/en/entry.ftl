done-entry-submitted = The registration is submitted. It leaves with the next delivery.
done-entry-held = The registration is submitted. It may not leave at the moment; below is why.
done-entry-corrected = The correction is submitted. It leaves with the next delivery and replaces the version before.
done-entry-draft = The draft is saved. It does not leave before it is submitted.
done-entry-draft-wrong = The draft is saved. Some of its answers are not right yet; the form says which ones. It cannot be submitted before they are.
done-entry-unchanged = Nothing was changed, so nothing was stored.
done-entry-repeated = This was sent before and is stored already; it was not stored a second time.
done-entry-discarded = What was typed and not saved is gone.
done-entry-moved = The registration before is withdrawn as a mistake. This is the new one, under the other business key.
done-entry-newest = The version that you asked for was replaced. This is the newest one.
entry-new = New registration
entry-new-same = New registration for this patient
entry-continue = Continue
entry-do-continue = Continue
entry-do-correct = Correct
entry-which = Which form?
entry-no-forms = There is no form for your projects here. A User Manager adds definitions; a Data Provider Manager gives you projects.
entry-unfinished = Not finished
entry-is-draft = Draft
entry-is-kept = Not saved
entry-how-continue = draft { $id }
entry-how-correct = correction of registration { $id }
entry-guidance = More about this
entry-must = (must be filled in)
entry-no-answer = No answer
entry-choose = – choose –
entry-search = Type to search
entry-stored = A value is stored and is not shown. Leave the field empty to keep it; what you type replaces it.
entry-not-shown = stored, not shown
entry-locked = Part of the business key: a correction does not change it.
entry-about-correct = The correction replaces the registration under the same business key. healthdata.be gets it as a new version of the same registration.
entry-move = The business key itself is wrong
entry-about-move = With another business key this becomes another registration: the one before is withdrawn as a mistake, healthdata.be is told if it has it, and what you submit here is new.
entry-keep-key = Keep the business key
entry-prefilled = Taken from registration { $id }; look it over:
entry-kept = This is what you typed and did not save. It was kept for you:
entry-kept-others = You typed in this form before and did not save it, maybe in another window or about another patient. Go on with it, or begin anew below:
entry-kept-at = Kept at { $time }, not saved yet
entry-discard = Throw it away
entry-submit = Submit
entry-correct = Submit the correction
entry-save-draft = Save as draft
entry-check = Check
entry-add = Add
entry-remove = Remove
entry-count-open = Answer this first; the parts to fill in then appear here: { $labels }
entry-count-unknown = It is not known yet how many parts are to be filled in here.
entry-complete = All that must be filled in is filled in.
entry-lost = Your session has ended. What you typed is kept for you and stands in the form again after you log in.
entry-refused = The appliance does not accept this form from this window at the moment. What you typed is still here, but it is not checked and not kept. Copy what you need before you leave this page.
entry-ended = You are logged out, so what you type here is neither stored nor kept any more. Copy what you need from this page. Then log in beside it and open the form anew.
entry-unreached = The appliance cannot be reached at the moment. What you typed is still here; it is checked again with the next change.
entry-key-known = There is a registration with this business key already. Correct that one, or change what makes up the key.
entry-key-moved = The business key is not the one of the registration that is corrected.
entry-key-hangs = The business key hangs on this answer, and it stays as it is in a correction. Put the answer back; or choose “The business key itself is wrong” on the page of the registration, which makes it another registration.
entry-changed-meanwhile = This registration was changed meanwhile, by somebody else or by you in another window. Nothing was stored now; what you typed is still here.
entry-gone = This registration was replaced or withdrawn, and there is no version of it in which you can enter anything.
login-typed-lost = You were logged out, so what you just sent is neither stored nor kept. Log in and fill it in anew.
login-typed-kept = The session had ended. What was sent is not stored, but it is kept for the person whose session it was: after the log-in it stands in the form again.
entry-draft-known = There is a draft with just this content already, and nothing in it tells the two apart. Go on with that one, or fill in what makes up the business key.
entry-use-typed = Go on from the newest version with what I typed
entry-newest = See the newest version (opens beside this page)
entry-over = What you typed stands here over the newest version and takes its place when you save or submit it.
entry-changed-differs = Not the same as in the newest version:
entry-changed-copy = What you typed cannot go on in another version. Copy what you need before you leave this page.
entry-changed-on = Compare the newest version with what you typed. If you go on from it with what you typed, that takes its place only when you save or submit.
entry-changed-live = This registration was changed meanwhile, by somebody else or by you in another window. Nothing of it is stored from here; what you typed is still here. Press “Check” to see how you go on with it.
entry-too-long = Not all of the form arrived, so nothing was stored: it is larger than a form can be. Go back to it and shorten what is typed there, or upload the registration as a file.
entry-too-large = This registration has more answers than a form can send. Read it on its page, and change it with a file or a system that has the same business key.
entry-errors = { $count ->
    [one] One thing has to be mended before this can be stored:
   *[other] { $count } things have to be mended before this can be stored:
}
entry-missing = { $count ->
    [one] One answer that must be given is missing.
   *[other] { $count } answers that must be given are missing.
}
entry-wrong = { $count ->
    [one] One answer is not right yet.
   *[other] { $count } answers are not right yet.
}
entry-missing-and-wrong = Missing answers that must be given: { $missing }. Answers that are not right yet: { $wrong }.
home-do-entry = New registration
way-entered = Entered by form by { $file } and validated
entry-sections = On this form
