done-entry-submitted = De registratie is ingediend. Ze vertrekt met de volgende zending.
done-entry-held = De registratie is ingediend. Ze mag op dit ogenblik niet vertrekken; de reden staat hieronder.
done-entry-corrected = De verbetering is ingediend. Ze vertrekt met de volgende zending en vervangt de vorige versie.
done-entry-draft = Het concept is bewaard. Het vertrekt niet voordat het is ingediend.
done-entry-draft-wrong = Het concept is bewaard. Sommige antwoorden erin zijn nog niet juist; het formulier zegt welke. Het kan niet worden ingediend voordat ze dat zijn.
done-entry-unchanged = Er is niets gewijzigd, dus er is niets opgeslagen.
done-entry-repeated = Dit was al verstuurd en is al opgeslagen; het is geen tweede keer opgeslagen.
done-entry-discarded = Wat ingetypt en niet bewaard was, is weg.
done-entry-moved = De vorige registratie is als vergissing ingetrokken. Dit is de nieuwe, onder de andere bedrijfssleutel.
done-entry-newest = De gevraagde versie is vervangen. Dit is de nieuwste.
entry-new = Nieuwe registratie
entry-new-same = Nieuwe registratie voor deze patiënt
entry-continue = Verdergaan met
entry-do-continue = Verdergaan
entry-do-correct = Verbeteren
entry-which = Welk formulier?
entry-no-forms = Er is hier geen formulier voor uw projecten. Een User Manager voegt definities toe; een Data Provider Manager geeft u projecten.
entry-unfinished = Nog niet af
entry-is-draft = Concept
entry-is-kept = Niet bewaard
entry-how-continue = concept { $id }
entry-how-correct = verbetering van registratie { $id }
entry-guidance = Meer hierover
entry-must = (verplicht)
entry-no-answer = Geen antwoord
entry-choose = – kies –
entry-search = Typ om te zoeken
entry-stored = Er is een waarde opgeslagen die niet wordt getoond. Laat het veld leeg om ze te behouden; wat u typt, vervangt ze.
entry-not-shown = opgeslagen, niet getoond
entry-locked = Deel van de bedrijfssleutel: een verbetering wijzigt dit niet.
entry-about-correct = De verbetering vervangt de registratie onder dezelfde bedrijfssleutel. healthdata.be krijgt ze als een nieuwe versie van dezelfde registratie.
entry-move = De bedrijfssleutel zelf is fout
entry-about-move = Met een andere bedrijfssleutel wordt dit een andere registratie: de vorige wordt als vergissing ingetrokken, healthdata.be wordt verwittigd als het ze heeft, en wat u hier indient, is nieuw.
entry-keep-key = De bedrijfssleutel behouden
entry-prefilled = Overgenomen uit registratie { $id }; kijk het na:
entry-kept = Dit is wat u hebt getypt en niet bewaard. Het is voor u bijgehouden:
entry-kept-others = U hebt eerder in dit formulier getypt en niet bewaard, misschien in een ander venster of over een andere patiënt. Ga ermee verder, of begin hieronder opnieuw:
entry-kept-at = Bijgehouden om { $time }, nog niet bewaard
entry-discard = Weggooien
entry-submit = Indienen
entry-correct = De verbetering indienen
entry-save-draft = Als concept bewaren
entry-check = Nakijken
entry-add = Toevoegen
entry-remove = Verwijderen
entry-count-open = Beantwoord eerst dit; de in te vullen delen verschijnen dan hier: { $labels }
entry-count-unknown = Het is nog niet bekend hoeveel delen hier in te vullen zijn.
entry-complete = Alles wat verplicht is, is ingevuld.
entry-lost = Uw sessie is afgelopen. Wat u hebt getypt, wordt voor u bijgehouden en staat na het aanmelden weer in het formulier.
entry-refused = Het toestel aanvaardt dit formulier op dit ogenblik niet vanuit dit venster. Wat u hebt getypt, staat er nog, maar wordt niet nagekeken en niet bijgehouden. Kopieer wat u nodig hebt voordat u deze pagina verlaat.
entry-ended = U bent afgemeld: wat u hier typt, wordt niet meer opgeslagen en niet meer bijgehouden. Kopieer van deze pagina wat u nodig hebt. Meld u daarna ernaast aan en open het formulier opnieuw.
entry-unreached = Het toestel is op dit ogenblik onbereikbaar. Wat u hebt getypt, staat er nog; het wordt bij de volgende wijziging opnieuw nagekeken.
entry-key-known = Er bestaat al een registratie met deze bedrijfssleutel. Verbeter die, of wijzig wat de sleutel uitmaakt.
entry-key-moved = De bedrijfssleutel is niet die van de registratie die wordt verbeterd.
entry-key-hangs = De bedrijfssleutel hangt van dit antwoord af, en in een verbetering blijft hij zoals hij is. Zet het antwoord terug; of kies “De bedrijfssleutel zelf is fout” op de pagina van de registratie, wat er een andere registratie van maakt.
entry-changed-meanwhile = Deze registratie is intussen gewijzigd, door iemand anders of door uzelf in een ander venster. Er is nu niets opgeslagen; wat u hebt getypt, staat er nog.
entry-gone = Deze registratie is vervangen of ingetrokken, en er is geen versie van waarin u iets kunt invullen.
login-typed-lost = U was afgemeld: wat u net hebt verstuurd, is niet opgeslagen en niet bijgehouden. Meld u aan en vul het opnieuw in.
login-typed-kept = De sessie was afgelopen. Wat is verstuurd, is niet opgeslagen, maar wordt bijgehouden voor de persoon van wie de sessie was: na het aanmelden staat het weer in het formulier.
entry-draft-known = Er is al een concept met precies deze inhoud, en niets onderscheidt de twee. Ga met dat concept verder, of vul in wat de bedrijfssleutel uitmaakt.
entry-use-typed = Vanaf de nieuwste versie verdergaan met wat ik heb getypt
entry-newest = De nieuwste versie bekijken (opent naast deze pagina)
entry-over = Wat u hebt getypt, staat hier over de nieuwste versie en vervangt die wanneer u het bewaart of indient.
entry-changed-differs = Niet hetzelfde als in de nieuwste versie:
entry-changed-copy = Wat u hebt getypt, kan niet verder in een andere versie. Kopieer wat u nodig hebt voordat u deze pagina verlaat.
entry-changed-on = Vergelijk de nieuwste versie met wat u hebt getypt. Als u van daaruit verdergaat met wat u hebt getypt, vervangt dat ze pas wanneer u bewaart of indient.
entry-changed-live = Deze registratie is intussen gewijzigd, door iemand anders of door uzelf in een ander venster. Van hieruit wordt er niets opgeslagen; wat u hebt getypt, staat er nog. Druk op “Nakijken” om te zien hoe u ermee verdergaat.
entry-too-long = Niet het hele formulier is aangekomen, dus er is niets opgeslagen: het is groter dan een formulier kan zijn. Ga ernaar terug en kort in wat er getypt staat, of upload de registratie als bestand.
entry-too-large = Deze registratie heeft meer antwoorden dan een formulier kan sturen. Lees ze op haar pagina, en wijzig ze met een bestand of een systeem met dezelfde bedrijfssleutel.
entry-errors = { $count ->
    [one] Er is één punt te verbeteren voordat dit kan worden opgeslagen:
   *[other] Er zijn { $count } punten te verbeteren voordat dit kan worden opgeslagen:
}
entry-missing = { $count ->
    [one] Er ontbreekt één verplicht antwoord.
   *[other] Er ontbreken { $count } verplichte antwoorden.
}
entry-wrong = { $count ->
    [one] Eén antwoord is nog niet juist.
   *[other] { $count } antwoorden zijn nog niet juist.
}
entry-missing-and-wrong = Ontbrekende verplichte antwoorden: { $missing }. Antwoorden die nog niet juist zijn: { $wrong }.
home-do-entry = Nieuwe registratie
way-entered = Met het formulier ingevuld door { $file } en gevalideerd
entry-sections = Op dit formulier
