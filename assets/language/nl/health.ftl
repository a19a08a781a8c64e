health-title = Gezondheid
health-all-ok = Alles is in orde
health-all-attention = Iets vraagt aandacht
health-all-failing = Iets werkt niet
health-state-ok = Goed
health-state-attention = Aandacht
health-state-failing = Faalt
health-check = Controle
health-state = Status
health-figure = Cijfer
health-todo = Wat te doen
health-nothing = Niets
health-database = De databank kan gelezen worden
health-database-do = Herstart de dienst. Helpt dat niet, dan moet IT in het logboek kijken en een back-up terugzetten.
health-writable = De databank kan geschreven worden
health-writable-do = IT moet de gegevensmap en de databank schrijfbaar maken voor de gebruiker van de dienst.
health-disk = Ruimte op de schijf
health-disk-do = IT moet ruimte vrijmaken of toevoegen waar de gegevensmap staat; zonder ruimte wordt niets ingenomen en niets verstuurd.
health-services = De diensten zijn ingesteld
health-services-do = De beheerder van deze machine moet de adressen van de vertrouwde derde partij en het platform in hd4dp.toml zetten en de dienst herstarten. Tot dan wordt niets verstuurd.
health-queue = Wat wacht, wordt verstuurd
health-queue-do = Er moesten al een tijd zendingen vertrekken en er wordt niets geprobeerd. Herstart de dienst; helpt dat niet, stuur dan de tekst van de pagina Ondersteuning naar de servicedesk.
health-queued = Zendingen die wachten
health-queued-do = Niets.
health-parked = Geen zending staat opzij
health-parked-do = Open de wachtrij van de groepen: elke zending die opzij staat, zegt waarom, en kan daar opnieuw geprobeerd worden als dat verholpen is.
health-certificates = Elke groep heeft een geldig certificaat
health-certificates-do = De Certificate Managers van de groepen zonder certificaat moeten het toevoegen; tot dan worden hun registraties tegengehouden.
health-certificates-ending = Geen certificaat eindigt binnenkort
health-certificates-ending-do = De Certificate Managers moeten het vernieuwen in de certificaatbeheerder van eHealth: een vervallen certificaat kan niet vernieuwd worden.
health-clock = De klokken lopen gelijk
health-clock-do = IT moet controleren of deze machine haar tijd van een tijdserver krijgt.
health-server-certificate = Het certificaat van het portaal
health-server-certificate-do = Een User Manager moet in de instellingen een nieuw aanbrengen, of terugkeren naar de eigen autoriteit van deze installatie.
health-unit-free_mebibytes = MiB vrij
health-unit-waiting_seconds = { $count ->
    [one] seconde wachten
   *[other] seconden wachten
}
health-unit-deliveries = { $count ->
    [one] zending
   *[other] zendingen
}
health-unit-missing = zonder certificaat
health-unit-days = { $count ->
    [one] dag over
   *[other] dagen over
}
health-unit-services = { $count ->
    [one] dienst
   *[other] diensten
}
health-alerts = Wat nu fout is
health-no-alerts = Niets.
health-since = sinds
health-machines = Voor monitoring: een JSON-document zonder namen, en status 503 als iets faalt, op
health-drop-folder = De dropmap is bruikbaar
health-drop-folder-do = IT moet verhelpen wat hieronder of in het logboek staat: het pad, de share, de rechten.
