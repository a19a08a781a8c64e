done-upload-cancelled = De upload is beëindigd en het bestand is verwijderd.
done-upload-cancelling = De import stopt na het deel waar hij mee bezig is. Wat al bewaard was, blijft bewaard.
upload-about-cancelled = Dit werd er van de rijen tot het einde van de import:
upload-about-checked = Er is nog niets bewaard. Dit zou een import doen:
upload-about-done = { $refused ->
    [0] Alles is bewaard.
    [one] De import is klaar. Eén rij is geweigerd en niet bewaard: verbeter ze en verstuur ze opnieuw.
   *[other] De import is klaar. { $refused } rijen zijn geweigerd en niet bewaard: verbeter ze en verstuur ze opnieuw.
} Dit werd er van de rijen:
upload-about-failed = Dit werd er tot nu toe van de rijen:
upload-about-refused = Niets van dit bestand kan geïmporteerd worden. Verbeter wat hier staat en upload het opnieuw.
upload-about-stopped = De import stopte voor het einde van het bestand. Dit werd er van de rijen:
upload-again = Opnieuw proberen
upload-all = Alle
upload-author = Auteur als het bestand er geen noemt
upload-broken = Het bestand kon niet volledig verzonden worden. Controleer de verbinding en verzend het opnieuw.
upload-by = Geüpload door
upload-bytes = { $count } bytes
upload-came = Geüpload
upload-came-before = Precies dit bestand kwam al op { $when }, maar werd toen niet geïmporteerd.
upload-cancel = Deze upload beëindigen
upload-cancel-ask = De upload van { $file } beëindigen?
upload-cancel-do = Beëindigen
upload-cancel-running = De import stopt na het deel waar hij mee bezig is. Wat al bewaard was, blijft bewaard; de rest kan opnieuw geüpload worden.
upload-cancel-waiting = Er is niets van bewaard. Het bestand wordt verwijderd.
upload-choose = Kies een definitie
upload-close = U mag deze pagina sluiten; het werk gaat door.
upload-code = Code
upload-column = Kolom
upload-damaged = Het bestand is na aankomst op de schijf beschadigd. Upload het opnieuw; gebeurt het nog eens, dan moet IT naar de schijf kijken.
upload-definition = Project, definitie en versie
upload-definition-hint = Alleen definities van projecten waarvoor u mag uploaden, staan in de lijst.
upload-drop = U kunt het ook hierheen slepen.
upload-expired = Niemand heeft binnen { $days } dagen over deze upload beslist, dus is het bestand verwijderd. Upload het opnieuw als het nog nodig is.
upload-failed = Er ging hier iets mis, niet met het bestand. Wat al bewaard was, blijft bewaard. Probeer het opnieuw; lukt het weer niet, vraag IT dan om in het logboek van het toestel te kijken.
upload-fate = Zou worden
upload-fate-correction = Correctie
upload-fate-new = Nieuw
upload-fate-refused = Geweigerd
upload-fate-unchanged = Ongewijzigd
upload-file = CSV-bestand
upload-file-hint = Een CSV-bestand met een kopregel, hoogstens { $limit } MiB.
upload-filter = Filteren
upload-findings-open = Alle bevindingen bekijken en de rijen om te verbeteren ophalen
upload-found = Bevindingen
upload-found-more = { $count ->
    [one] Nog één regel staat
   *[other] Nog { $count } regels staan
} op de pagina met alle bevindingen.
upload-found-none = Er is niets gevonden dat past. Kies een andere code of kolom.
upload-get = Bestanden om te bewaren en te verbeteren
upload-get-findings = Bevindingen als CSV{ $parts ->
    [one] {""}
   *[other] {" "}({ $part } van { $parts })
}
upload-get-mend = { $rows ->
    [one] Eén geweigerde rij
   *[other] { $rows } geweigerde rijen
} om te verbeteren{ $parts ->
    [one] {""}
   *[other] {" "}({ $part } van { $parts })
}
upload-import = { $count ->
    [0] Importeren, al is geen rij nieuw
    [one] Eén rij importeren
   *[other] { $count } rijen importeren
}
upload-keep = Behouden
upload-kibibytes = { $count } KiB
upload-line = Regel
upload-mebibytes = { $count } MiB
upload-mend = De geweigerde { $count ->
    [one] rij
   *[other] rijen
} verbeteren
upload-mend-about = Het bestand met geweigerde rijen bevat patiëntgegevens, en dat u het opgehaald hebt, wordt genoteerd. Verbeter de rijen, upload het bestand opnieuw en verwijder het daarna.
upload-mend-too-large = Er zijn te veel geweigerde rijen voor één bestand, omdat het bestand vanaf een bepaalde plaats beschadigd is. Verbeter die plaats in uw eigen bestand en upload het opnieuw: rijen die al bewaard zijn, tellen als ongewijzigd.
upload-new = Nieuwe upload
upload-new-about = Het bestand wordt eerst alleen gecontroleerd: u ziet wat er van elke rij zou worden en beslist dan. Het bestand wordt versleuteld bewaard en na de import verwijderd.
upload-no-definition = Er is geen definitie waarvoor u mag uploaden. Een DP Manager van uw organisatie kan u het project geven.
upload-no-room = Op de schijf van het toestel is niet genoeg plaats voor dit bestand. Er werd niets van bewaard. Vraag IT om plaats te maken en upload het daarna opnieuw.
upload-none = Er is nog geen bestand geüpload. Upload een eerste: het wordt alleen gecontroleerd tot u beslist.
upload-not-here = Deze upload is intussen in een andere stap, dus dit kan er niet meer mee. Bekijk de pagina opnieuw.
upload-preview = Voorbeeld van de rijen
upload-preview-some = Van elke soort staan er enkele rijen, en die waarin iets gevonden is.
upload-progress = Waar hij staat
upload-read = Gelezen rijen
upload-reload = De pagina herladen
upload-row = Rij
upload-rows-importing = { $count ->
    [one] Eén rij geïmporteerd
   *[other] { $count } rijen geïmporteerd
}
upload-rows-received = { $count ->
    [one] Eén rij gecontroleerd
   *[other] { $count } rijen gecontroleerd
}
upload-send = Verzenden en controleren
upload-sending = Het bestand wordt verzonden
upload-severity = Ernst
upload-severity-error = Fout
upload-severity-warning = Waarschuwing
upload-shape = Vorm van de waarde
upload-shape-is = Vorm:
upload-showing = { $from } tot { $to } van { $total }
upload-size = Grootte
upload-state = Status
upload-state-cancelled = Beëindigd
upload-state-checked = Wacht op uw beslissing
upload-state-done = Geïmporteerd
upload-state-failed = Hier mislukt
upload-state-importing = Wordt geïmporteerd
upload-state-received = Wordt gecontroleerd
upload-state-refused = Geweigerd
upload-state-stopped = Gestopt
upload-times = Aantal
upload-too-large = Dit bestand is groter dan { $limit } MiB. Splits het en upload de delen één voor één.
upload-unknown = Deze upload bestaat niet.
upload-waits = Hij wacht op zijn beurt en begint vanzelf.
upload-warnings = Waarschuwingen
upload-what = Wat er gevonden is
upload-whole-row = hele rij
upload-source-drop-folder = Dropmap
upload-drop-folder-is = Bestanden die in deze map gezet worden, onder die van hun definitie, worden vanzelf geïmporteerd:
upload-drop-folder-help = Hoe het werkt
