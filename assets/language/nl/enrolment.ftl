list-projects = Projecten
list-no-project = Er is hier geen project voor u. Een User Manager of DP Manager kan u een rol voor een project geven.
list-held = Tegengehouden registraties
list-released = { $count ->
    [one] Eén tegengehouden registratie is vrijgegeven en wordt verzonden.
   *[other] { $count } tegengehouden registraties zijn vrijgegeven en worden verzonden.
}
list-export = Exporteren als CSV
list-all = Alles tonen
list-first = Naar het begin
list-file = CSV-bestand
list-file-missing = Kies eerst een bestand.
list-import = Bestand inlezen
list-result = Wat er van het bestand werd
list-outcome = Resultaat
list-count = Regels
list-lines = Welke
list-lines-about = Regels worden geteld zoals een editor ze telt, met de kop als regel 1. Wat op een foute regel stond, werd niet bewaard: verbeter ze in uw bestand en stuur het opnieuw; wat al bekend is, telt maar één keer.
list-nothing = De kolom is in elke rij leeg, er was dus niets te doen.
list-back = Terug naar de lijst
list-added = Toegevoegd
list-known = Al bekend
list-repeated = Staat meermaals in het bestand
list-check-digits = De controlecijfers kloppen niet
list-impossible = Staat voor een onmogelijke datum of volgorde
list-shape = Niet het juiste aantal cijfers
enrolment-about = Alleen registraties van artsen die aan { $project } deelnemen, verlaten dit ziekenhuis. Die van anderen worden tegengehouden tot hun arts is ingeschreven.
enrolment-not-asked = De definities van { $project } vragen geen ingeschreven artsen; deze lijst houdt dus niets tegen.
enrolment-held = Wachten op inschrijving
enrolment-waiting = { $count ->
    [one] Eén registratie wacht op de inschrijving van een arts
   *[other] { $count } registraties wachten op de inschrijving van een arts
}
enrolment-strangers = Deze artsen nemen vandaag niet deel. Schrijf in wie akkoord ging; hun registraties worden dan vrijgegeven.
enrolment-others = { $count ->
    [one] Nog één arts houdt er minder tegen.
   *[other] Nog { $count } artsen houden er minder tegen.
}
enrolment-nameless = { $count ->
    [one] Eén registratie noemt geen arts. Verbeter de rij in de bron en importeer ze opnieuw.
   *[other] { $count } registraties noemen geen arts. Verbeter deze rijen in de bron en importeer ze opnieuw.
}
enrolment-nihdi = RIZIV-nummer van de arts
enrolment-nihdi-hint = Acht cijfers, of elf met de bekwaamheidscode. Cijfers 7 en 8 zijn controlecijfers: in de regel 97 min de rest van de eerste zes gedeeld door 97, zodat één verkeerd getikt cijfer opvalt.
enrolment-wrong-check-digits = De controlecijfers (7 en 8) kloppen niet met de andere. Vergelijk elk cijfer met de stempel van de arts of met de lijst van het RIZIV.
enrolment-wrong-impossible = Dit kan geen RIZIV-nummer zijn. Vergelijk elk cijfer met de stempel van de arts.
enrolment-wrong-shape = Een RIZIV-nummer heeft 8 of 11 cijfers; punten, streepjes en spaties doen er niet toe.
enrolment-since = Eerste dag
enrolment-since-hint = Vanaf deze dag worden registraties vrijgegeven.
enrolment-until = Laatste dag
enrolment-until-early = De laatste dag kan niet vóór de eerste liggen.
enrolment-day-wrong = Geef een dag als jaar-maand-dag, bijvoorbeeld 2026-03-31.
enrolment-ended-before = De deelname van deze arts is al op die dag of eerder geëindigd.
enrolment-known = Deze arts neemt al deel.
enrolment-search = Begint met
enrolment-none-found = Geen arts in deze lijst heeft een nummer dat zo begint.
enrolment-none-yet = Er neemt nog niemand deel. Schrijf hierboven de eerste arts in of lees een bestand in.
enrolment-none-read = Er neemt nog niemand deel. Een DP Manager of studieleider kan artsen inschrijven.
enrolment-now = Neemt deel
enrolment-later = Neemt later deel
enrolment-over = Beëindigd
enrolment-add = Een arts inschrijven
enrolment-enrol = Inschrijven
enrolment-end = Beëindigen
enrolment-end-ask = Op welke dag neemt arts { $nihdi } voor het laatst deel aan { $project }?
enrolment-end-about = Wat verzonden is, blijft verzonden. Wat dan nog niet vertrokken is, wordt tegengehouden.
enrolment-file = Een lijst van artsen
enrolment-file-hint = Een CSV-bestand met een kolom CD_HPIN; andere kolommen doen er niet toe. Elke arts neemt vanaf vandaag deel.
done-enrolment-added = De arts is ingeschreven.
done-enrolment-ended = De laatste dag is genoteerd.
objection-about = Registraties van deze patiënten voor { $project } blijven in dit ziekenhuis. Wat verzonden werd vóór een bezwaar, blijft verzonden.
objection-shown = Op deze pagina staan patiëntnummers leesbaar. Dat u ze zag, is in de audit genoteerd.
objection-show = Patiëntnummers tonen
objection-search = Rijksregisternummer
objection-found = Bezwaren van de opgezochte patiënt.
objection-number = Nummer
objection-patient = Patiënt
objection-masked = gemaskeerd
objection-scope = Tegen
objection-all-projects = alle projecten
objection-since = Genoteerd
objection-now = Maakt bezwaar
objection-over = Beëindigd
objection-end = Bezwaar beëindigen
objection-end-ask = Bezwaar { $number } tegen { $project } beëindigen?
objection-end-about = Wat alleen door dit bezwaar wordt tegengehouden, wordt vrijgegeven en verzonden. Wat verzonden is, komt niet terug door het bezwaar opnieuw te noteren.
objection-add = Een bezwaar noteren
objection-note = Noteren
objection-ssin = Rijksregister- of BIS-nummer van de patiënt
objection-ssin-hint = Elf cijfers: geboortedatum, volgnummer en twee controlecijfers, namelijk 97 min de rest van de eerste negen gedeeld door 97 (met een 2 ervoor voor wie vanaf 2000 geboren is).
objection-wrong-check-digits = De laatste twee cijfers, de controlecijfers, kloppen niet met de andere. Vergelijk elk cijfer met de identiteitskaart van de patiënt.
objection-wrong-impossible = De cijfers staan voor een onmogelijke datum of een onmogelijk volgnummer. Vergelijk elk cijfer met de identiteitskaart van de patiënt.
objection-wrong-shape = Een rijksregister- of BIS-nummer heeft elf cijfers; punten, streepjes en spaties doen er niet toe.
objection-known = Dit bezwaar is al bekend.
objection-all = Tegen alle projecten, nu en later
objection-none = Geen enkele patiënt maakt bezwaar. Noteer het eerste bezwaar zodra een patiënt het meldt.
objection-none-found = Deze patiënt maakt geen bezwaar tegen dit project.
objection-file = Een lijst van patiënten
objection-file-hint = Een CSV-bestand met een kolom IDC_PAT; andere kolommen doen er niet toe. Het bestand wordt niet bewaard.
done-objection-added = Het bezwaar is genoteerd. De registraties van de patiënt blijven vanaf nu hier.
done-objection-ended = Het bezwaar is beëindigd.
