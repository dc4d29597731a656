### Was die beiden Programme für Veeams Auftragsskripte sagen, eine Zeile je Änderung.

tools-held = Der Auftrag „{ $job }“ darf jetzt schreiben; bis zum Entsperren wird nichts kopiert.
tools-waiting = Der Auftrag „{ $job }“ wartet, bis die Kopie fertig ist. { $status }
tools-service-lost = Der Sicherungsdienst wird neu gestartet; der Auftrag „{ $job }“ fragt noch einmal.
tools-timed-out = Der Auftrag „{ $job }“ hat so lange wie erlaubt auf das Ende der Kopie gewartet und keine Sperre erhalten. Starten Sie ihn nach der Kopie erneut.
tools-withdrawn = Das Programm, das dies gestartet hat, ist beendet; deshalb wartet der Auftrag „{ $job }“ nicht länger und hat keine Sperre.
tools-unlocked = Die Sperre des Auftrags „{ $job }“ ist aufgehoben.
tools-not-locked = Für den Auftrag „{ $job }“ gab es keine Sperre; es ist nichts mehr zu tun.
tools-unreachable = Der Sicherungsdienst ist nicht erreichbar ({ $cause }); deshalb ist unbekannt, ob gerade kopiert wird. Bitte prüfen: systemctl status asbackupd
tools-crowded = Der Systembus dieses Rechners nimmt gerade keine weiteren Verbindungen an ({ $cause }); deshalb konnte der Sicherungsdienst nach dem Auftrag „{ $job }“ nicht gefragt werden, und nichts hat sich geändert. Starten Sie ihn später erneut. Kommt es wieder vor, sieht die Systembetreuung, welche Programme den Bus benutzen, mit: sudo busctl list
