help-title = Handleiding
help-about = Hoe u doet waarvoor dit portaal dient, deel per deel. Onderaan elke pagina staat een link naar het deel dat ze uitlegt.
help-search = Zoeken in de handleiding
help-found = { $count ->
    [0] Niets gevonden
    [one] Eén plaats gevonden
   *[other] { $count } plaatsen gevonden
}
help-none = Geen deel van de handleiding bevat al deze woorden. Probeer er minder of kortere, of overloop de inhoud.
help-contents = Inhoud van de handleiding
help-on-page = Op deze pagina
help-beside = Vorig en volgend deel
help-chapter-begin = Om te beginnen
help-chapter-people = Mensen
help-chapter-data = Gegevens en zendingen
help-chapter-machine = Beheer van de toepassing
