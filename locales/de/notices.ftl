### Zeilen im Journal und im Textprotokoll, solange alles gut geht.

notice-daemon-started = Der Sicherungsdienst asbackup { $version } ist bereit; { $disks ->
        [0] keine Platte ist
        [one] eine Platte ist
       *[other] { $disks } Platten sind
    } eingetragen.
notice-daemon-stopping = Der Sicherungsdienst wird beendet.
notice-repeated = { $count ->
        [one] In der letzten Minute unterdrückt: eine weitere Zeile wie „{ $text }“.
       *[other] In der letzten Minute unterdrückt: { $count } weitere Zeilen wie „{ $text }“.
    }
notice-config-reloaded = Die Konfiguration wurde neu gelesen und gilt ab jetzt.
notice-config-incomplete = Noch nicht eingerichtet, deshalb wird nichts kopiert: In config.ini fehlt { $keys }. Der nächste Schritt ist „sudo asbackup setup“.
notice-disk-appeared = Die Platte „{ $label }“ ({ $disk }, { $device }) wurde eingesteckt.
notice-disk-gone = Die Platte „{ $label }“ ({ $disk }) wurde abgezogen.
notice-disk-done = Auf die Platte „{ $label }“ ({ $disk }) wurde schon kopiert, seit sie steckt; es gibt nichts zu tun.
notice-disk-service-lost = Die Plattenverwaltung des Rechners (UDisks2) ist nicht erreichbar; es wird auf sie gewartet.
notice-disk-service-back = Die Plattenverwaltung des Rechners (UDisks2) ist wieder da.
notice-run-started = Lauf { $run } auf die Platte „{ $label }“ ({ $disk }) beginnt, { $trigger ->
        [plugged] weil sie eingesteckt wurde
        [called] weil jemand ihn gestartet hat
        [resumed] weil der vorige unterbrochen wurde
       *[other] Anlass: { $trigger }
    }.
notice-deletions-allowed = Lauf { $run } darf mehr löschen als die Grenze erlaubt und das Repository an einem anderen Ort vorfinden: Jemand hat das einmalig erlaubt.
notice-foreign-files-agreed = Die erste Kopie auf diese Platte löscht { $files ->
        [one] eine Datei
       *[other] { $files } Dateien
    } ({ SIZE($bytes) }), die { $files ->
        [one] keine ältere Kopie der Sicherungen ist
       *[other] keine älteren Kopien der Sicherungen sind
    }: Jemand hat dem bei der Einrichtung zugestimmt.
notice-disk-remembered = Die Platte „{ $label }“ ({ $disk }) wird zum ersten Mal benutzt und künftig an dem wiedererkannt, was ihr Laufwerk von sich angibt.
notice-disk-trusted = Die Platte „{ $label }“ ({ $disk }) wurde so angenommen, wie sie jetzt ist, und wird künftig an dem wiedererkannt, was ihr Laufwerk von sich angibt.
notice-source-came = Das Repository ist jetzt da: { $path }. Die Kopie, die darauf gewartet hat, beginnt.
notice-source-remembered = Das Repository { $path } wird künftig an seinem Dateisystem wiedererkannt: { $file-system }.
notice-step-identify-disk = Schritt 1 (Platte erkennen): „{ $label }“, Gerät { $device }, Dateisystem { $file-system }.
notice-step-wait-for-veeam = Schritt 2 (auf Veeam warten): Veeam schreibt noch (Aufträge: { $jobs }); gewartet wird höchstens { $minutes ->
        [one] eine Minute
       *[other] { $minutes } Minuten
    }.
notice-step-veeam-clear = Schritt 2 (auf Veeam warten): Veeam schreibt nicht.
notice-step-mount = Schritt 3 (Einhängen): Die Platte ist unter { $mount-point } eingehängt.
notice-step-lock = Schritt 4 (Sperren): Sperrdateien { $disk-lock } auf der Platte und { $source-lock } im Repository.
notice-step-check = Schritt 5 (Prüfung vorab): Was ist aus { $source } zu kopieren, und passt es auf die Platte?
notice-step-checked = Schritt 5 (Prüfung vorab): Zu kopieren { $files ->
        [one] ist eine Datei
       *[other] sind { $files } Dateien
    } mit { SIZE($bytes) }, zu löschen { $deletions ->
        [one] ist eine
       *[other] sind { $deletions }
    }; frei sind { SIZE($free) }.
notice-snapshot-impossible = Vom Repository kann keine Momentaufnahme gemacht werden ({ $cause }); deshalb muss Veeam warten, bis eine Kopie fertig ist.
notice-step-snapshot = Schritt 5 (Momentaufnahme): Was zu kopieren ist, wird festgehalten.
notice-wait-for-writers = Schritt 5 (Momentaufnahme): Es wird gewartet, weil noch geschrieben wird ({ $jobs }); höchstens { $minutes } Minuten lang.
notice-snapshot-stands = Schritt 5 (Momentaufnahme): { $files ->
        [one] Eine Datei
       *[other] { $files } Dateien
    } mit { SIZE($bytes) } in { $extents } Stücken festgehalten in { $milliseconds } ms. Veeam darf arbeiten.
notice-step-spelling = Schritt 5 (Prüfung vorab): { $names ->
        [one] Ein Name auf der Platte unterschied
       *[other] { $names } Namen auf der Platte unterschieden
    } sich nur in der Schreibweise vom Repository und { $names ->
        [one] lautet
       *[other] lauten
    } jetzt wie dort; dafür ist nichts zu kopieren.
notice-step-clock = Schritt 5 (Prüfung vorab): Die Platte speichert Ortszeit, und die Uhr des Rechners geht um { $minutes } min anders als beim Schreiben; die Zeiten von { $files ->
        [one] einer Datei
       *[other] { $files } Dateien
    } werden berichtigt, dafür ist nichts zu kopieren.
notice-step-compare = Schritt 5 (Prüfung vorab): { $files ->
        [one] Eine Datei
       *[other] { $files } Dateien
    } mit { SIZE($bytes) } aus dem vorigen Lauf { $files ->
        [one] ist
       *[other] sind
    } ungeprüft und { $files ->
        [one] wird
       *[other] werden
    } jetzt mit dem Repository verglichen. Das dauert so lange, wie alles davon zweimal zu lesen.
notice-step-copy = Schritt 6 (Kopieren): von { $source } nach { $target }.
notice-step-resumed = Schritt 6 (Kopieren): Fortgesetzt { $files ->
        [one] wird eine Teildatei
       *[other] werden { $files } Teildateien
    } eines früheren Laufs (bisher { SIZE($bytes) }).
notice-step-copied = Schritt 6 (Kopieren): { $files ->
        [one] eine Datei
       *[other] { $files } Dateien
    } mit { SIZE($bytes) } in { SPAN($seconds) } kopiert ({ RATE($rate) }).
notice-step-unlock = Schritt 7 (Entsperren): Die Sperrdateien sind entfernt.
notice-lock-kept = Schritt 7 (Entsperren): Die Sperrdatei { $path } bleibt auf der Platte, weil ein Teil der Daten dort ungeprüft ist. Der nächste Lauf vergleicht diese Daten mit dem Repository.
notice-step-free-space = Schritt 8 (freier Platz): { SIZE($free) } von { SIZE($size) } sind frei.
notice-step-unmount = Schritt 9 (Aushängen): Die Platte ({ $device }) ist ausgehängt.
notice-powered-off = Schritt 9 (Aushängen): Die Platte ({ $device }) ist ausgeschaltet.
notice-copy-progress = Kopie: { $percent } %, { SIZE($done) } von { SIZE($total) }, { RATE($rate) }, { $seconds-left ->
        [0] Restzeit unbekannt
       *[other] noch etwa { SPAN($seconds-left) }
    }, Datei { $file }.
notice-flushing = Alles ist kopiert; die letzten Daten werden auf die Platte geschrieben.
notice-run-succeeded = Lauf { $run } auf die Platte „{ $label }“ ist gelungen.
notice-run-cancelled = Lauf { $run } auf die Platte „{ $label }“ wurde auf Wunsch abgebrochen; die Kopie ist unvollständig.
notice-run-aborted = Lauf { $run } auf die Platte „{ $label }“ ist fehlgeschlagen.
notice-safe-to-remove = Die Platte „{ $label }“ ({ $disk }) darf jetzt abgezogen werden.
notice-mail-sent = Die Mail „{ $subject }“ wurde an { $recipients } verschickt.
notice-veeam-locked = Der Veeam-Auftrag „{ $job }“ darf schreiben; solange wird nicht kopiert.
notice-veeam-waiting = Der Veeam-Auftrag „{ $job }“ wartet auf das Ende der Kopie.
notice-veeam-unlocked = Der Veeam-Auftrag „{ $job }“ ist fertig.
notice-veeam-answers = Veeam antwortet wieder ({ $server }, Version { $version } seiner Schnittstelle).
notice-veeam-lock-cleared = Die Sperre des Veeam-Auftrags „{ $job }“ wurde aufgehoben: Laut Veeam ist seine Sitzung zu Ende.
notice-veeam-lock-forsaken = Die Sperre des Veeam-Auftrags „{ $job }“ wurde aufgehoben: Sie war { $hours ->
        [one] eine Stunde
       *[other] { $hours } Stunden
    } alt, und niemand schreibt mehr in das Repository.
