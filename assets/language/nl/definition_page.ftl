definition-title = Definities
definition-about = Een definitie zegt welke variabelen een registratie van een project heeft en wat ze mogen bevatten. Een nieuwe versie van een project is een werkboek dat hier wordt toegevoegd.
definition-titled = Titel
definition-count = Variabelen
definition-none = Er is geen definitie. Voeg het werkboek van een project toe.
definition-add = Een definitie toevoegen
definition-file = Werkboek (.xlsx)
definition-file-hint = Een XLSForm-werkboek zoals healthdata.be het publiceert.
definition-problems = Wat er niet klopt aan het werkboek
definition-compare = Vergelijken met versie { $version }
definition-variable = Variabele
definition-label = Label
definition-kind = Type
definition-required = Verplicht
definition-required-always = Altijd
definition-required-never = Nee
definition-required-sometimes = In sommige gevallen
definition-required-asked = Wanneer ze gevraagd wordt
definition-rules = Regels
definition-leaves = Naar healthdata.be
definition-key = Bedrijfssleutel
definition-identifies = Identificeert de patiënt
definition-choices = { $count ->
    [one] Eén code
   *[other] { $count } codes
}
definition-enrolment = Alleen registraties van deelnemende artsen verlaten het ziekenhuis.
definition-difference = { $name }: versie { $to } vergeleken met { $from }
definition-no-difference = Er is geen verschil: instellingen, variabelen, regels, teksten en codes zijn dezelfde, in dezelfde volgorde.
definition-kind-added = Nieuw
definition-kind-removed = Weg
definition-kind-changed = Gewijzigd
definition-code-column = Code
definition-what = Wat
definition-before = Voordien
definition-after = Nadien
definition-fact-label = Label
definition-fact-hint = Hulptekst
definition-fact-kind = Type
definition-fact-required = Verplicht
definition-fact-key = Bedrijfssleutel
definition-fact-format = Cijfers
definition-fact-default = Standaardwaarde
definition-fact-relevant = Gevraagd als
definition-fact-constraint = Moet voldoen aan
definition-fact-calculation = Berekend als
definition-fact-filter = Keuzes aangeboden als
definition-fact-leaves = Naar healthdata.be
definition-fact-required-when = Verplicht als
definition-fact-appearance = Weergave
definition-fact-constraint-message = Melding als niet voldaan is
definition-fact-required-message = Melding als ze ontbreekt
definition-fact-guidance = Meer uitleg
definition-fact-language = Taal
definition-fact-enrolment = Alleen deelnemende artsen
definition-fact-title = Titel
definition-fact-system = Codesysteem
definition-fact-technical = Technische naam
definition-fact-parameters = Parameters
definition-fact-project = Project
definition-fact-read-only = Niet te wijzigen in een formulier
definition-fact-count = Aantal keren
definition-fact-inside = Staat in
definition-fact-after = Komt na
definition-fact-in = { $what } ({ $language })
definition-in-en = Engels
definition-in-fr = Frans
definition-in-nl = Nederlands
definition-what-group = Groep
definition-what-repeat = Herhaling
definition-what-note = Tekst
definition-says = Details
definition-part-settings = Het geheel
definition-part-rows = Variabelen, groepen en teksten
definition-part-lists = Codelijsten
definition-list-users = Gebruikt door { $names }
definition-list-users-more = Gebruikt door { $names } en nog { $count }
definition-list-reordered = De codes die beide versies hebben, staan in een andere volgorde.
definition-list-packaged = Komt nu van de toepassing, voordien uit het werkboek.
definition-list-own = Komt nu uit het werkboek, voordien van de toepassing.
definition-codes-added = { $count ->
    [one] Eén nieuwe code
   *[other] { $count } nieuwe codes
}
definition-codes-changed = { $count ->
    [one] Eén gewijzigde code
   *[other] { $count } gewijzigde codes
}
definition-codes-removed = { $count ->
    [one] Eén code die weg is
   *[other] { $count } codes die weg zijn
}
definition-codes-more = { $count ->
    [one] En nog één.
   *[other] En nog { $count }.
}
done-definition-added = De definitie is toegevoegd en kan meteen worden gebruikt.
done-definition-known = Deze definitie was er al.
definition-column-name = Naam
definition-column-project = Project
definition-column-version = Versie
definition-notices = Opmerkingen bij het werkboek
definition-notices-about = De definitie kan worden gebruikt zoals ze is. De auteur kan het werkboek verbeteren en een nieuwe versie geven: namen verbeteren van wat wordt overgeslagen maar bedoeld was, of "_" of "#" zetten voor een naam die mag worden overgeslagen.
