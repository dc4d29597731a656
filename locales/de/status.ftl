### Wie es steht: ein Satz für die Statusanzeige, und die Zeilen der Datei status.txt.
### Während eines Laufs sagt jeder Satz, dass die Platte stecken bleiben muss.

-stay = bitte stecken lassen

## Zeitangaben, in der Schreibweise von strftime.

moment = %d.%m.%Y um %H:%M Uhr
clock = %H:%M Uhr

## Kein Lauf. $plug: safe = darf abgezogen werden, plugged = steckt, ist aber nicht freigegeben, gone = steckt nicht.

status-idle-nothing-yet = Bereit: Stecken Sie eine der Sicherungsplatten ein, dann beginnt die Kopie von selbst.
status-idle-success = Die Kopie auf die Platte „{ $label }“ ist am { $when } gelungen{ $plug ->
        [safe] {"; die Platte darf jetzt abgezogen werden"}
        [plugged] {"; "}{ -stay }, die Platte ist noch nicht freigegeben
       *[gone] {""}
    }.
status-idle-cancelled = Die Kopie auf die Platte „{ $label }“ wurde am { $when } auf Wunsch abgebrochen und ist unvollständig{ $plug ->
        [safe] {"; die Platte darf jetzt abgezogen werden"}
        [plugged] {"; "}{ -stay }, die Platte ist noch nicht freigegeben
       *[gone] {""}
    }.
status-idle-aborted = Die Kopie auf die Platte „{ $label }“ ist am { $when } fehlgeschlagen{ $plug ->
        [safe] {"; die Platte darf jetzt abgezogen werden"}
        [plugged] {"; "}{ -stay }, die Platte ist noch nicht freigegeben
       *[gone] {""}
    }. Grund: { $message }
status-safe = Die Platte „{ $label }“ darf jetzt abgezogen werden.
status-mails-waiting = { $count ->
        [one] Eine Mail wartet
       *[other] { $count } Mails warten
    } noch auf den Versand: { $message }
status-more-locks = { $count ->
        [one] Eine weitere Sperre ist hier nicht aufgeführt.
       *[other] { $count } weitere Sperren sind hier nicht aufgeführt.
    }
status-unconfigured = Die Konfigurationsdatei config.ini muss ergänzt oder berichtigt werden ({ $keys }).

## Ein Lauf.

status-preparing = Die Platte „{ $label }“ wurde erkannt, die Kopie wird vorbereitet; { -stay }.
status-waiting-for-veeam = Die Kopie auf die Platte „{ $label }“ wartet, bis Veeam fertig ist (Aufträge: { $jobs }); { -stay }.
status-mounting = Die Platte „{ $label }“ wird geöffnet; { -stay }.
status-locking = Die Platte „{ $label }“ wird für die Kopie gesperrt; { -stay }.
status-checking = Die Prüfung vorab ermittelt, was auf die Platte „{ $label }“ zu kopieren ist und ob es passt; { -stay }.
status-freezing = Für die Kopie auf die Platte „{ $label }“ wird eine Momentaufnahme gemacht{ $writers ->
        [none] {""}
       *[other] , sobald nichts mehr geschrieben wird ({ $writers })
    }; { -stay }.
status-copying = Die Kopie auf die Platte „{ $label }“ läuft: { $percent } %{ $seconds-left ->
        [0] {""}
       *[other] , noch etwa { SPAN($seconds-left) }
    }{ $rate ->
        [0] {""}
       *[other] {" "}({ RATE($rate) })
    }; { -stay }.
status-flushing = Die Kopie auf die Platte „{ $label }“ ist fast fertig, die letzten Daten werden geschrieben; { -stay }.
status-unlocking = Die Kopie auf die Platte „{ $label }“ wird abgeschlossen; { -stay }.
status-unmounting = Die Platte „{ $label }“ wird ausgehängt; { -stay }, bis sie freigegeben ist.
status-stopping = Die Kopie auf die Platte „{ $label }“ wird geordnet abgebrochen; { -stay }.
status-stopping-idle = Der Sicherungsdienst wird beendet.
status-stopped = Der Sicherungsdienst läuft nicht.

## Die Schritte eines Laufs.

step-1 = Platte erkennen
step-2 = Auf Veeam warten
step-3 = Einhängen
step-4 = Sperren
step-5 = Prüfung vorab
step-snapshot = Momentaufnahme
step-6 = Kopieren
step-7 = Entsperren
step-8 = Freier Platz
step-9 = Aushängen

## status.txt: Beschriftung und Inhalt der Zeilen.

status-line-disk = Platte
    .value = { $label } ({ $disk })
status-line-run = Lauf
    .value = { $run }, begonnen am { $when }
status-line-state = Zustand
    .value = { $state ->
        [idle] Ruhe
        [waiting-for-veeam] Warten auf Veeam
        [mounting] Einhängen
        [locking] Sperren
        [checking] Prüfung vorab
        [freezing] Momentaufnahme
        [copying] Kopieren
        [unlocking] Entsperren
        [unmounting] Aushängen
        [stopping] Beenden
       *[other] { $state }
    }
status-line-as-of = Stand von
    .value = { $when } (Veeam darf arbeiten)
status-line-progress = Fortschritt
    .value = { $percent } % ({ SIZE($done) } von { SIZE($total) })
status-line-rate = Tempo
    .value = { RATE($rate) }
status-line-ready-at = Fertig etwa
    .value = { $when } (in { SPAN($seconds-left) })
status-line-sooner = Hinweis
    .value = Die Kopie kann viel früher fertig sein, als es scheint: { SIZE($bytes) } liegen von einer unterbrochenen Kopie schon auf der Platte und werden nur verglichen.
status-line-file = Datei
    .value = { $file }
status-line-warning = Warnung
    .value = { $message }
status-line-snapshot = Momentaufnahme
    .value = { $message }
status-line-queue = Es wartet
    .value = { $label }
status-line-safe = Freigegeben
    .value = { $label }
status-line-last = Letzter Lauf
    .value = { $result ->
        [success] gelungen
        [aborted] fehlgeschlagen
        [cancelled] auf Wunsch abgebrochen
       *[other] { $result }
    } am { $when }, Platte „{ $label }“
status-line-written = Stand
    .value = { $when }
