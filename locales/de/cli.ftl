### Was die Kommandozeile sagt.

cli-unreachable = Der Sicherungsdienst ist nicht erreichbar ({ $cause }). Bitte prüfen: systemctl status asbackupd
cli-denied-group = Das dürfen Sie nicht. Starten und Abbrechen dürfen Mitglieder der Gruppe „asbackup“. Die Systembetreuung nimmt Sie auf mit: sudo usermod -aG asbackup { $user } (gilt ab Ihrer nächsten Anmeldung). Oder rufen Sie den Befehl mit sudo auf.
cli-denied-root = Das darf nur die Systembetreuung (root). Bitte wenden Sie sich an sie, oder rufen Sie den Befehl mit sudo auf.
cli-service-gone = Der Sicherungsdienst wurde beendet oder wird neu gestartet; deshalb kann die Kopie nicht weiter verfolgt werden. Bitte die Platte stecken lassen; wie es steht, sagt: asbackup status
cli-started = Die Kopie hat als Lauf { $run } begonnen. Verfolgen lässt sie sich mit: asbackup watch
cli-cancelled = Die Kopie wird geordnet beendet. Bitte die Platte stecken lassen, bis „asbackup status“ sagt, dass sie abgezogen werden darf.
cli-trusted = Die Platte ist so, wie sie jetzt ist, angenommen. Wurde sie deshalb abgelehnt, beginnt die Kopie gleich.
cli-disk-ambiguous = Mehrere Platten heißen „{ $label }“. Bitte die gemeinte mit ihrer Kennung nennen: { $disks }
cli-nothing-to-watch = Es läuft keine Kopie. Eine beginnen: asbackup start --watch

## Zahlen und Zeiten.

cli-size = { SIZE($number) }
cli-rate = { RATE($number) }
cli-span = { SPAN($number) }
cli-never = nie
cli-done-of = { SIZE($done) } von { SIZE($total) }
cli-left = noch { SPAN($left) }, fertig { $when }

## asbackup status

cli-veeam = Veeam
    .value = { $state ->
        [held] Der Auftrag „{ $job }“ schreibt seit dem { $when }.
       *[other] Der Auftrag „{ $job }“ wartet seit dem { $when }.
    }

## Spaltenköpfe.

cli-head-disk = Platte
cli-head-uuid = UUID
cli-head-plugged = Steckt
cli-head-last-good = Letzte gute Kopie
cli-head-free = Frei
cli-head-size = Größe
cli-head-device = Gerät
cli-head-file-system = Dateisystem
cli-head-run = Lauf
cli-head-ended = Ende
cli-head-result = Ergebnis
cli-head-took = Dauer
cli-head-copied = Kopiert
cli-head-error = Grund

## asbackup disks

cli-plugged-no = nein
cli-plugged-yes = ja, stecken lassen
cli-plugged-safe = ja, darf abgezogen werden
cli-disks-none = Die Konfiguration kennt noch keine Platte.
cli-disks-unknown = Eingesteckt, aber nicht bekannt:
cli-disk-add = Damit auch auf „{ $label }“ kopiert wird, in config.ini im Abschnitt [Backup] anstelle der vorhandenen Zeile dies eintragen, danach: systemctl reload asbackupd

## asbackup history

cli-result = { $result ->
        [success] gelungen
        [aborted] fehlgeschlagen
        [cancelled] abgebrochen
       *[other] { $result }
    }
cli-history-none = Einen solchen Lauf gibt es noch nicht.

## asbackup config

cli-config-good = { $path } ist in Ordnung.
cli-config-bad = { $path } ist nicht in Ordnung; damit kann nicht kopiert werden.
cli-origin = { $origin ->
        [file] (aus der Datei)
       *[default] (Vorgabe)
    }
