### Was die Kommandozeile sagt.

cli-unreachable = Der Sicherungsdienst ist nicht erreichbar ({ $cause }). Bitte prüfen: systemctl status asbackupd
cli-crowded = Der Systembus dieses Rechners nimmt gerade keine weiteren Verbindungen an ({ $cause }); deshalb konnte der Sicherungsdienst nicht gefragt werden. Bitte versuchen Sie es in einer Minute noch einmal. Kommt es wieder vor, sieht die Systembetreuung, welche Programme den Bus benutzen, mit: sudo busctl list
cli-denied-group = Das dürfen Sie nicht. Starten und Abbrechen dürfen Mitglieder der Gruppe „asbackup“. Die Systembetreuung nimmt Sie auf mit: sudo usermod -aG asbackup { $user } (gilt ab Ihrer nächsten Anmeldung). Oder rufen Sie den Befehl mit sudo auf.
cli-denied-root = Das darf nur die Systembetreuung (root). Bitte wenden Sie sich an sie, oder rufen Sie den Befehl mit sudo auf.
cli-service-gone = Der Sicherungsdienst wurde beendet oder wird neu gestartet; deshalb kann die Kopie nicht weiter verfolgt werden. Bitte die Platte stecken lassen; den Stand zeigt: asbackup status
cli-started = Die Kopie hat als Lauf { $run } begonnen. Verfolgen lässt sie sich mit: asbackup watch
cli-cancelled = Die Kopie wird abgebrochen. Bitte die Platte stecken lassen, bis „asbackup status“ sagt, dass sie abgezogen werden darf.
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
cli-head-model = Modell
cli-head-contents = Inhalt
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
cli-disks-none = Es ist noch keine Platte eingetragen.
cli-disks-unknown = Eingesteckt, aber nicht eingetragen:
cli-disk-add = Damit auch auf „{ $label }“ kopiert wird, in config.ini im Abschnitt [Backup] anstelle der vorhandenen Zeile dies eintragen, danach: systemctl reload asbackupd

## asbackup disks: ohne Dateisystem

cli-unformatted = Eingesteckt, aber ohne Dateisystem:
cli-contents = { $contents ->
        [blank] leer
        [read-only] schreibgeschützt
        [no-partition] keine Partition
        [unreadable] unbekannt
       *[other] nicht leer
    }
cli-format = { $device } ist am Anfang und am Ende leer. Zum Sichern ein Dateisystem darauf anlegen und den Namen auch auf das Gehäuse schreiben; nach diesem Befehl steht die Platte in der Liste:
cli-not-empty = { $device } hat kein Dateisystem, das hier bekannt ist, ist aber nicht leer: vielleicht verschlüsselt, vielleicht von einem anderen System. Bitte erst klären, wem sie gehört, bevor darauf ein Dateisystem angelegt wird.
cli-read-only = { $device } ist schreibgeschützt; ein Dateisystem lässt sich darauf nicht anlegen. Bitte nach einem Schalter am Gehäuse sehen.
cli-no-partition = { $device } hat eine Partitionstabelle, aber keine Partition für ein Dateisystem. Bitte eine anlegen; dann steht sie in der Liste:
cli-unreadable = Ob { $device } leer ist, ist unbekannt, weil sie nicht gelesen werden konnte. Bitte abziehen, wieder einstecken und noch einmal nachsehen.

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
