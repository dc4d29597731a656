### Ursachen: ein Satzteil, in Klammern am Satzende.
### errno-… ist, was der Kernel sagt. cause-… sind eigene Fehler, je eine Zeile: Der englische Text ist wörtlich der des Fehlers,
### denn daran wird er erkannt. $cause ist eine Ursache in der Ursache.

cause-quoted = „{ $text }“

## Platten

cause-other-sectors = Sektoren von { $then } statt { $now } Bytes
cause-mounted-already = das Dateisystem ist schon eingehängt
cause-not-mounted = das Dateisystem ist nicht eingehängt
cause-write-protected = die Platte ist schreibgeschützt
cause-in-use = das Dateisystem wird benutzt
cause-disk-gone = die Platte ist weg
cause-udisks-silent = UDisks2 hat { $minutes } min lang nicht geantwortet
cause-udisks-gone = UDisks2 ist nicht erreichbar
cause-no-answer = { $seconds } s lang kam keine Antwort
cause-opening = { $path } lässt sich nicht öffnen: { $cause }
cause-not-in-table = { $path } steht nicht in der Liste der eingehängten Dateisysteme
cause-other-disk = unter { $path } ist eine andere Platte eingehängt: { $device }
cause-without-option = eingehängt ohne { $option }
cause-remounted = wurde auf nur lesbar umgestellt
cause-read-only = nur zum Lesen eingehängt
cause-bind-mount = { $path } zeigt nur einen Teil eines anderen Dateisystems: { $root }
cause-upon-it = { $path } ist darauf eingehängt
cause-other-mount = das Verzeichnis liegt auf einem anderen Dateisystem
cause-no-disk = es wurde keine Platte ausgewählt

## Momentaufnahmen

cause-little-room = nur { $percent } % seines Dateisystems sind frei
cause-no-shared-blocks = dieses Dateisystem kann keine Blöcke zwischen Dateien teilen
cause-place-elsewhere = liegt auf einem anderen Dateisystem als das Repository
cause-place-other-mount = liegt in einem anderen Einhängepunkt als das Repository
cause-place-read-only = das Dateisystem ist schreibgeschützt
cause-place-full = kein Platz mehr
cause-place-no-directory = ist kein Verzeichnis
cause-place-link = ist ein Verweis oder liegt hinter einem
cause-place-not-private = gehört anderen oder kann von anderen beschrieben werden
cause-place-foreign = enthält Dateien von jemand anderem
cause-place-holds-source = das Repository liegt darin
cause-place-not-absolute = ist kein absoluter Pfad ohne ..
cause-place-kernel = das System lehnt es ab: { $cause }
cause-not-cloned = lässt sich nicht lesen oder festhalten: { $cause }
cause-snapshot-full = die Momentaufnahme kann es nicht aufnehmen: { $cause }
cause-unreadable-for-snapshot = { $path } lässt sich nicht lesen: { $cause }

## Dateien

cause-changeable = kann geändert werden von { $user }
cause-link-of = eine Verknüpfung, die { $user } gehört
cause-not-regular = keine gewöhnliche Datei
cause-not-a-file = keine Datei
cause-more-names = hat mehr als einen Namen
cause-replaced = wurde in diesem Augenblick ausgetauscht
cause-changed-meanwhile = die Datei wurde inzwischen geändert
cause-held-by = gehalten von: { $holder }
cause-no-lock-file = keine Sperrdatei
cause-no-lock-directory = es ist kein Verzeichnis für Sperrdateien eingetragen
cause-own-spelling = die Platte behält ihre eigene Schreibweise
cause-two-entries = die Platte hat zwei Einträge dieses Namens
cause-other-directory = an seiner Stelle ist ein anderes Verzeichnis
cause-history-unreadable = { $path } lässt sich nicht lesen: { $cause }
cause-history-unwritable = { $path } lässt sich nicht schreiben: { $cause }
cause-run-unwritten = Lauf { $run } lässt sich nicht festhalten: { $cause }
cause-run-too-long = Lauf { $run } ist zu lang für eine Zeile des Verlaufs: { $bytes } Bytes
cause-too-large = sie ist größer als { $bytes } Bytes
cause-rsync-missing = rsync ist nicht installiert

## Server und Prozesse

cause-process-ended = der Hilfsprozess hat sich ohne Antwort beendet
cause-not-stored = { $seconds } s lang wurde nichts geschrieben
cause-store-ended = der Thread zum Schreiben hat sich beendet
cause-endless = was der Server sagt, nimmt kein Ende ({ $what }: bisher { $bytes } Bytes)
cause-no-address = zu diesem Namen gibt es keine Adresse
cause-no-certificate = es ist kein Zertifikat darin
cause-connection-gone = die Verbindung ist abgerissen
cause-recipient-unsaid = der Server hat über diesen Empfänger nichts gesagt
cause-not-enforced = der Kernel hat die Regeln angenommen, setzt sie aber nicht durch

## Was Rust sagt, wo der Kernel keine Nummer dafür hat

cause-entity-not-found = es ist nicht da
cause-permission-denied = das Recht dazu fehlt
cause-timed-out = es kam rechtzeitig keine Antwort
cause-unexpected-end = es endet zu früh

## Was der Kernel sagt

errno-EPERM = das System erlaubt es nicht
errno-ENOENT = es ist nicht vorhanden
errno-EINTR = es wurde unterbrochen
errno-EIO = Lesen oder Schreiben ist gescheitert
errno-ENXIO = das Gerät ist nicht da
errno-E2BIG = es ist zu lang oder zu groß
errno-EAGAIN = es geht gerade nicht
errno-ENOMEM = der Arbeitsspeicher reicht nicht aus
errno-EACCES = das Recht dazu fehlt
errno-EBUSY = es wird benutzt
errno-EEXIST = es ist schon vorhanden
errno-EXDEV = es liegt auf einem anderen Dateisystem
errno-ENODEV = das Gerät ist nicht da
errno-ENOTDIR = es ist kein Verzeichnis
errno-EISDIR = es ist ein Verzeichnis
errno-EINVAL = das System nimmt es in dieser Form nicht an
errno-ENFILE = auf diesem Rechner sind zu viele Dateien geöffnet
errno-EMFILE = der Dienst hat zu viele Dateien geöffnet
errno-ETXTBSY = es wird gerade ausgeführt oder als Auslagerungsspeicher benutzt
errno-EFBIG = es ist zu groß für dieses Dateisystem
errno-ENOSPC = das System meldet, dass kein Platz ist
errno-EROFS = dort kann nur gelesen werden
errno-EMLINK = es hat so viele Namen, wie dieses Dateisystem zulässt
errno-EPIPE = die Gegenseite hat die Verbindung geschlossen
errno-ENAMETOOLONG = der Name ist zu lang
errno-ENOSYS = dieser Kernel kann es nicht
errno-ENOTEMPTY = das Verzeichnis ist nicht leer
errno-ELOOP = auf dem Weg liegt eine Verknüpfung, oder es sind zu viele
errno-ENODATA = die Daten sind nicht da
errno-ENOLINK = die Verbindung zum Gerät ist abgerissen
errno-EBADMSG = was gespeichert ist, passt nicht zu seiner Prüfsumme
errno-EOVERFLOW = der Wert ist zu groß
errno-EILSEQ = der Name hat Zeichen, die nicht angenommen werden
errno-EOPNOTSUPP = das wird dort nicht unterstützt
errno-EADDRINUSE = die Adresse ist belegt
errno-EADDRNOTAVAIL = dieser Rechner hat die Adresse nicht
errno-ENETDOWN = das Netz ist nicht verbunden
errno-ENETUNREACH = in dieses Netz führt kein Weg
errno-ECONNABORTED = die Verbindung wurde unterbrochen
errno-ECONNRESET = die Gegenseite hat die Verbindung abgebrochen
errno-ETIMEDOUT = es kam rechtzeitig keine Antwort
errno-ECONNREFUSED = dort nimmt niemand Verbindungen an
errno-EHOSTDOWN = der Rechner ist aus oder nicht im Netz
errno-EHOSTUNREACH = zu diesem Rechner führt kein Weg
errno-ESTALE = es ist nicht mehr vorhanden
errno-EUCLEAN = das System hält das Dateisystem für beschädigt
errno-EREMOTEIO = das Gerät hat einen Fehler gemeldet
errno-EDQUOT = die Obergrenze (Quota) ist ausgeschöpft
errno-ENOMEDIUM = im Laufwerk ist kein Medium
errno-EMEDIUMTYPE = das Medium ist von anderer Art
