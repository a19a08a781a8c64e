home-title = What needs attention
home-well = Nothing needs attention
home-certificate-none = No valid certificate
home-certificate-expiring = Certificate ends in { $count ->
    [one] one day
   *[other] { $count } days
}
home-parked = { $count ->
    [one] One parked delivery
   *[other] { $count } parked deliveries
}
home-rejected = { $count ->
    [one] One rejected row to mend: { $definition }
   *[other] { $count } rejected rows to mend: { $definition }
}
home-held = { $count ->
    [one] One registration is held back
   *[other] { $count } registrations are held back
}
home-refused = { $count ->
    [one] healthdata.be refused one registration
   *[other] healthdata.be refused { $count } registrations
}
home-do-upload = Upload a file
home-do-certificate = Add a certificate
home-do-member = Add a member
home-do-enrolment = Physicians who take part
home-do-group = Add group
home-more = { $count ->
    [one] One more group
   *[other] { $count } more groups
}
home-empty = There is no group for you yet. A User Manager adds groups and gives you roles in them.
group-add = Add group
group-create = Create Data Provider
group-edit = Edit group
group-title = Title
group-nihdi-hint = Eight digits, the last two of which are check digits; longer forms are taken too.
group-nihdi-wrong = This is not an Org NIHDI number: its check digits do not fit. Compare it with a letter of RIZIV-INAMI.
group-number-wrong = One of these numbers is not complete, or its check digits do not fit.
group-numbers-hint = A certificate may carry one of these instead. Several are separated by spaces.
group-cbe = Enterprise numbers (CBE)
group-ehp = eHealth partner numbers (EHP)
group-message = Revision log message
group-message-hint = Why you make this change; others read it among the revisions.
group-state = State
group-active = Active
group-inactive = Deactivated
group-inactive-about = This group is deactivated: its members have no access, and nothing is imported or delivered for it.
group-your-roles = Your roles
group-search = Title or number
group-none-found = No group has this title or number.
group-facts = About this group
group-certificate = Certificate
group-certificate-none = None that is valid
group-certificate-good = Valid
group-certificate-days = Ends in { $count ->
    [one] one day
   *[other] { $count } days
}
group-factor = Second factor
group-factor-required = Required of all members
group-factor-optional = Each member’s own choice
group-factor-require = Require a second factor
group-factor-release = Do not require a second factor
group-manage = Manage
group-deactivate = Deactivate
group-reactivate = Reactivate
group-deactivate-about = Nothing is deleted by deactivating. What waits is delivered once the group is reactivated.
group-no-registrations = None yet. They come with the first upload.
group-revisions = Revisions
group-revision = Revision
group-no-revisions = Nothing has been changed since the group was added.
group-when = When
group-who = By whom
state-open = Draft
state-submitted = Submitted
state-held = Held
state-queued = Queued
state-sent = Sent
state-consolidated = Consolidated
state-refused = Refused
state-superseded = Superseded
state-withdrawn = Withdrawn
done-group-saved = The group has been saved.
done-group-deactivated = The group has been deactivated.
done-group-reactivated = The group has been reactivated.
matrix-title = Roles and permissions
matrix-about = Somebody may have several roles, and different ones in each group. The User Manager’s role is for the whole installation.
matrix-roles = Roles
matrix-caption = What each role may do
matrix-permission = Permission
matrix-yes = Yes
matrix-no = No
home-drop-folder = The drop folder needs IT: files stay there, or their results are missing
