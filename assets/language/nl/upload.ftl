upload-came-before = Precies dit bestand kwam al op { $when }, maar werd toen niet geïmporteerd.
upload-damaged = Het bestand is na aankomst op de schijf beschadigd. Laad het opnieuw op; gebeurt het nog eens, dan moet IT naar de schijf kijken.
upload-expired = Niemand heeft binnen { $days } dagen over deze upload beslist, dus is het bestand verwijderd. Laad het opnieuw op als het nog nodig is.
upload-failed = Er ging hier iets mis, niet met het bestand. Wat al bewaard was, blijft bewaard. Probeer het opnieuw; lukt het weer niet, vraag IT dan om in het logboek van het toestel te kijken.
upload-no-room = Op de schijf van het toestel is niet genoeg plaats voor dit bestand. Vraag IT om plaats te maken en laad het daarna opnieuw op.
upload-not-here = Deze upload is intussen in een andere stap, dus dit kan er niet meer mee. Bekijk de pagina opnieuw.
upload-unknown = Deze upload bestaat niet.
