home-title = Wat aandacht vraagt
home-well = Niets vraagt aandacht
home-certificate-none = Geen geldig certificaat
home-certificate-expiring = Het certificaat vervalt over { $count ->
    [one] één dag
   *[other] { $count } dagen
}
home-parked = { $count ->
    [one] Eén opzijgezette zending
   *[other] { $count } opzijgezette zendingen
}
home-rejected = { $count ->
    [one] Eén geweigerde rij te verbeteren: { $definition }
   *[other] { $count } geweigerde rijen te verbeteren: { $definition }
}
home-held = { $count ->
    [one] Eén registratie wordt tegengehouden
   *[other] { $count } registraties worden tegengehouden
}
home-refused = { $count ->
    [one] healthdata.be heeft één registratie geweigerd
   *[other] healthdata.be heeft { $count } registraties geweigerd
}
home-do-upload = Een bestand uploaden
home-do-certificate = Een certificaat toevoegen
home-do-member = Een lid toevoegen
home-do-enrolment = Deelnemende artsen
home-do-group = Groep toevoegen
home-more = { $count ->
    [one] Nog één groep
   *[other] Nog { $count } groepen
}
home-empty = Er is nog geen groep voor u. Een User Manager voegt groepen toe en geeft u er rollen in.
group-add = Groep toevoegen
group-create = Gegevensleverancier aanmaken
group-edit = Groep bewerken
group-title = Titel
group-nihdi-hint = Acht cijfers, waarvan de laatste twee controlecijfers zijn; langere vormen mogen ook.
group-nihdi-wrong = Dit is geen RIZIV-nummer van een organisatie: de controlecijfers kloppen niet. Vergelijk het met een brief van het RIZIV.
group-number-wrong = Een van deze nummers is onvolledig, of de controlecijfers kloppen niet.
group-numbers-hint = Een certificaat kan een van deze nummers dragen. Scheid ze met spaties.
group-cbe = Ondernemingsnummers (KBO)
group-ehp = eHealth-partnernummers (EHP)
group-message = Bericht voor het revisielogboek
group-message-hint = Waarom u dit wijzigt; anderen lezen het bij de revisies.
group-state = Status
group-active = Actief
group-inactive = Gedeactiveerd
group-inactive-about = Deze groep is gedeactiveerd: de leden hebben geen toegang en er wordt niets voor geïmporteerd of geleverd.
group-your-roles = Uw rollen
group-search = Titel of nummer
group-none-found = Geen groep heeft deze titel of dit nummer.
group-facts = Over deze groep
group-certificate = Certificaat
group-certificate-none = Geen enkel dat geldig is
group-certificate-good = Geldig
group-certificate-days = Vervalt over { $count ->
    [one] één dag
   *[other] { $count } dagen
}
group-factor = Tweede factor
group-factor-required = Vereist voor alle leden
group-factor-optional = Ieder lid kiest zelf
group-factor-require = Een tweede factor vereisen
group-factor-release = Geen tweede factor meer vereisen
group-manage = Beheren
group-deactivate = Deactiveren
group-reactivate = Opnieuw activeren
group-deactivate-about = Door deactiveren wordt niets gewist. Wat wacht, wordt geleverd zodra de groep opnieuw actief is.
group-no-registrations = Nog geen. Ze komen met de eerste upload.
group-revisions = Revisies
group-revision = Revisie
group-no-revisions = Sinds de groep is toegevoegd, is er niets gewijzigd.
group-when = Wanneer
group-who = Door wie
state-open = Concept
state-submitted = Ingediend
state-held = Tegengehouden
state-queued = In de wachtrij
state-sent = Verzonden
state-consolidated = Geconsolideerd
state-refused = Geweigerd
state-superseded = Vervangen
state-withdrawn = Ingetrokken
done-group-saved = De groep is bewaard.
done-group-deactivated = De groep is gedeactiveerd.
done-group-reactivated = De groep is opnieuw geactiveerd.
matrix-title = Rollen en rechten
matrix-about = Iemand kan verschillende rollen hebben, en per groep andere. De rol van User Manager geldt voor de hele installatie.
matrix-roles = Rollen
matrix-caption = Wat elke rol mag
matrix-permission = Recht
matrix-yes = Ja
matrix-no = Nee
home-drop-folder = De dropmap heeft IT nodig: er blijven bestanden staan of er ontbreken resultaten
