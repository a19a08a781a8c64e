definition-title = Definitions
definition-about = A definition says which variables a registration of a project has, and what they may hold. A new version of a project is a workbook that is added here.
definition-titled = Title
definition-count = Variables
definition-none = There is no definition. Add the workbook of a project.
definition-add = Add a definition
definition-file = Workbook (.xlsx)
definition-file-hint = An XLSForm workbook as healthdata.be publishes it.
definition-problems = What is wrong with the workbook
definition-compare = Compare with version { $version }
definition-variable = Variable
definition-label = Label
definition-kind = Type
definition-required = Required
definition-required-always = Always
definition-required-never = No
definition-required-sometimes = In some cases
definition-required-asked = When it is asked
definition-rules = Rules
definition-leaves = To healthdata.be
definition-key = Business key
definition-identifies = Identifies the patient
definition-choices = { $count ->
    [one] One code
   *[other] { $count } codes
}
definition-enrolment = Only registrations of physicians who take part leave the hospital.
definition-difference = { $name }: version { $to } compared with { $from }
definition-no-difference = Nothing differs: settings, variables, rules, texts and codes are the same, in the same order.
definition-kind-added = New
definition-kind-removed = Gone
definition-kind-changed = Changed
definition-code-column = Code
definition-what = What
definition-before = Before
definition-after = After
definition-fact-label = Label
definition-fact-hint = Help text
definition-fact-kind = Type
definition-fact-required = Required
definition-fact-key = Business key
definition-fact-format = Digits
definition-fact-default = Default
definition-fact-relevant = Asked when
definition-fact-constraint = Must fulfil
definition-fact-calculation = Calculated as
definition-fact-filter = Choices offered if
definition-fact-leaves = To healthdata.be
definition-fact-required-when = Required when
definition-fact-appearance = Appearance
definition-fact-constraint-message = Message if not fulfilled
definition-fact-required-message = Message if missing
definition-fact-guidance = Further help
definition-fact-language = Language
definition-fact-enrolment = Only physicians who take part
definition-fact-title = Title
definition-fact-system = Coding system
definition-fact-technical = Technical name
definition-fact-parameters = Parameters
definition-fact-project = Project
definition-fact-read-only = Cannot be changed in a form
definition-fact-count = Number of times
definition-fact-inside = Stands in
definition-fact-after = Comes after
definition-fact-in = { $what } ({ $language })
definition-in-en = English
definition-in-fr = French
definition-in-nl = Dutch
definition-what-group = Group
definition-what-repeat = Repeat
definition-what-note = Note
definition-says = Details
definition-part-settings = The whole
definition-part-rows = Variables, groups and notes
definition-part-lists = Code lists
definition-list-users = Used by { $names }
definition-list-users-more = Used by { $names } and { $count } more
definition-list-reordered = The codes that both versions have stand in another order.
definition-list-packaged = Now comes with the appliance, before from the workbook.
definition-list-own = Now comes from the workbook, before with the appliance.
definition-codes-added = { $count ->
    [one] One new code
   *[other] { $count } new codes
}
definition-codes-changed = { $count ->
    [one] One changed code
   *[other] { $count } changed codes
}
definition-codes-removed = { $count ->
    [one] One code that is gone
   *[other] { $count } codes that are gone
}
definition-codes-more = { $count ->
    [one] And one more.
   *[other] And { $count } more.
}
done-definition-added = The definition has been added and can be used at once.
done-definition-known = This definition was there already.
definition-column-name = Name
definition-column-project = Project
definition-column-version = Version
definition-notices = Remarks on the workbook
definition-notices-about = The definition can be used as it is. Its author can mend the workbook and give it a new version: correct names that were meant by what is passed over, or put "_" or "#" before one that is meant to be passed over.
