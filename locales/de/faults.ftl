### Warum ein Lauf vorzeitig endet oder ein Aufruf abgelehnt wird.
### Wert: was geschehen ist · .meaning: was das für die Sicherung heißt · .action: was jetzt zu tun ist.
### Die technische Ursache steht in Klammern am Satzende. $meaning steht dort, wo es $code gibt: der Text dieses Codes.
### Wo nach einem Ja oder Nein gewählt wird, ist *[other] die Fassung für den Journalkatalog, der den Wert nicht kennt.

-wait-for-release = Ziehen Sie die Platte erst ab, wenn die Statusanzeige sagt, dass sie abgezogen werden darf.
# $plug: safe = darf abgezogen werden, plugged = steckt und ist nicht freigegeben, gone = steckt nicht.
stay-until-released = { $plug ->
        [safe] {""}
        [gone] {""}
       *[plugged] { -wait-for-release }
    }
when-released = { $plug ->
        [safe] {" "}
        [gone] {" "}
       *[plugged] , sobald die Statusanzeige es erlaubt,{" "}
    }
-still-old = Es gibt keine neue Kopie; was vorher auf der Platte war, ist unverändert.
-half-done = Die Kopie auf der Platte ist unvollständig und darf nicht als Sicherung gelten.
-comes-by-itself = Sobald die Daten da sind, beginnt die Kopie von selbst, sofern die Platte noch steckt.
-trust = asbackup disks trust
-allow = asbackup start --allow-deletions

## Der Aufruf kann nicht angenommen werden.

fault-busy = Es läuft bereits eine Kopie auf die Platte „{ $disk }“.
    .meaning = Eine zweite Kopie kann nicht gleichzeitig beginnen; die laufende ist davon nicht betroffen.
    .action = Lassen Sie die Platte stecken, warten Sie das Ende der Kopie ab und versuchen Sie es dann noch einmal.

fault-not-running = Zurzeit läuft keine Kopie.
    .meaning = Es gibt nichts abzubrechen; an den Sicherungen hat sich nichts geändert.
    .action = Sie brauchen nichts zu tun.

fault-not-locked = Für den Veeam-Auftrag „{ $job }“ besteht keine Sperre.
    .meaning = Es gab nichts aufzuheben; an den Sicherungen hat sich nichts geändert.
    .action = Wenn die Sperre schon aufgehoben war, brauchen Sie nichts zu tun. Andernfalls achten Sie darauf, dass der Auftrag beim Sperren und beim Entsperren gleich geschrieben ist.

fault-lock-misspelt = Für den Veeam-Auftrag „{ $job }“ besteht keine Sperre, wohl aber eine für „{ $held }“.
    .meaning = Die Namen unterscheiden sich nur in Groß- und Kleinschreibung, in einem Leerzeichen oder Punkt am Ende oder darin, wie ein Umlaut gespeichert ist. Die Sperre von „{ $held }“ bleibt, und solange sie da ist, wird nicht kopiert.
    .action = Schreiben Sie den Namen in beiden Skripten des Auftrags gleich, und heben Sie die übrig gebliebene Sperre auf: sudo veeam-unlock "{ $held }".

fault-invalid-job = Der Auftragsname „{ $job }“ kann nicht verwendet werden.
    .meaning = Es wurde keine Sperre gesetzt; eine Kopie könnte also beginnen, während Veeam schreibt.
    .action = Verwenden Sie einen kurzen Namen aus gewöhnlichen Zeichen ohne Schrägstrich, der auch als Dateiname taugt.

fault-too-many-calls = Zu viele Aufrufe warten noch auf Antwort: { $most } von Ihnen, oder zu viele von allen Benutzern zusammen.
    .meaning = Dieser Aufruf wurde sofort abgelehnt, es ist nichts geschehen. Kopien und Veeam laufen weiter.
    .action = Warten Sie, bis die vorigen Aufrufe beantwortet sind, oder beantworten Sie die Fragen nach dem Passwort, und versuchen Sie es noch einmal. Wenn Sie selbst nicht so oft aufgerufen haben, war es eines Ihrer Programme; fragen Sie die Systembetreuung.

fault-stopping = Der Sicherungsdienst wird gerade beendet.
    .meaning = Er nimmt nichts Neues mehr an; eine laufende Kopie wird geordnet abgebrochen.
    .action = Versuchen Sie es in einigen Minuten noch einmal. { stay-until-released }

fault-unconfigured = Die Sicherung ist auf diesem Rechner noch nicht eingerichtet: In config.ini fehlt { $keys }.
    .meaning = Bis dahin wird auf keine Platte kopiert.
    .action = Die Systembetreuung richtet sie mit „sudo asbackup setup“ ein.

fault-config-refused = Die Konfigurationsdatei config.ini enthält Fehler ({ $problems }).
    .meaning = Sie wird nicht verwendet; eine zuvor gültige Konfiguration bleibt in Kraft.
    .action = Bitten Sie die Systembetreuung, die genannten Stellen zu berichtigen und die Konfiguration neu zu laden (systemctl reload asbackupd).

## Schritt 1: die Platte erkennen.

fault-unknown-disk = Die Platte mit der Kennung „{ $disk }“ steht nicht in config.ini.
    .meaning = Auf sie wird nicht kopiert; an ihr wurde nichts geändert.
    .action = Prüfen Sie, ob es die richtige Platte ist. Soll künftig auf sie kopiert werden, trägt die Systembetreuung die Kennung in config.ini unter „filesystem-ids-and-notification-mail-addresses“ ein.

fault-disk-absent = Die Platte „{ $disk }“ ist nicht eingesteckt.
    .meaning = Es wurde nichts kopiert.
    .action = Stecken Sie die Platte ein; die Kopie beginnt dann von selbst. Steckt sie bereits, prüfen Sie Kabel und Stromversorgung.

fault-no-disk-present = Keine der Sicherungsplatten ist eingesteckt (eingetragen: { $known }).
    .meaning = Es wurde nichts kopiert.
    .action = Stecken Sie eine der Sicherungsplatten ein; die Kopie beginnt dann von selbst. Steckt bereits eine, prüfen Sie Kabel und Stromversorgung, und ob es die richtige ist.

fault-disk-unnamed = Der Aufruf nennt die Platte nicht, auf der mehr gelöscht werden darf (eingesteckt: { $disks }).
    .meaning = Es wurde nichts kopiert und nichts gelöscht. Die Grenze wird nur für eine Platte aufgehoben, und von diesen wurde entweder keine oder mehr als eine deswegen abgelehnt.
    .action = Wiederholen Sie „{ -allow }“, gefolgt von der Kennung der Platte. Sie steht in der Meldung über die abgelehnte Kopie.

fault-duplicate-disk = Zwei Platten tragen dieselbe Kennung „{ $disk }“ ({ $devices }).
    .meaning = Es ist nicht zu erkennen, welche die richtige ist; deshalb wurde auf keine von beiden kopiert. Vermutlich wurde eine Platte auf die andere geklont.
    .action = Ziehen Sie eine der beiden Platten ab; ziehen Sie dann die richtige ab und stecken Sie sie wieder ein. Die Systembetreuung sollte der anderen eine neue Kennung geben.

fault-disk-ignored = Eine Regel auf diesem Rechner legt fest, dass die Platte „{ $disk }“ nicht angerührt werden darf.
    .meaning = Auf sie wird nicht kopiert; an ihr wurde nichts geändert.
    .action = Soll auf die Platte kopiert werden, bitten Sie die Systembetreuung, die Regel zu entfernen (udev-Regel mit UDISKS_IGNORE).

fault-own-disk = { $repository ->
        [yes] Die Platte „{ $disk }“ enthält die Sicherungen, die kopiert werden sollen.
       *[other] Die Platte „{ $disk }“ gehört diesem Rechner selbst: Auf ihr liegt sein eigenes System.
    }
    .meaning = Sie ist keine Sicherungsplatte; deshalb wurde nichts auf sie kopiert, und auf ihr ist nichts verändert worden.
    .action = Bitten Sie die Systembetreuung, ihre Kennung in config.ini durch die einer Sicherungsplatte zu ersetzen; „asbackup disks“ zeigt, welche eingesteckt sind.

fault-changed-disk = Die Platte mit der Kennung „{ $disk }“ { $same-size ->
        [no] hat eine andere Größe als bisher
       *[other] steckt in einem anderen Gerät als bisher: Seriennummer oder Partition sind andere
    }.
    .meaning = { $same-size ->
        [yes] Es kann dieselbe Platte in einem anderen Gehäuse oder Dock sein, oder eine Kopie von ihr. Vorsichtshalber wurde nichts darauf kopiert; auf ihr ist nichts verändert worden.
        [no] Ein anderes Gehäuse ändert die Größe nicht; sie ist also eine Kopie der Platte oder eine neue an ihrer Stelle. Vorsichtshalber wurde nichts darauf kopiert; auf ihr ist nichts verändert worden.
       *[other] Es kann dieselbe Platte in einem anderen Gehäuse sein, oder eine Kopie von ihr. Vorsichtshalber wurde nichts darauf kopiert; auf ihr ist nichts verändert worden.
    }
    .action = Prüfen Sie, ob es die richtige Platte ist. Wenn ja, nimmt die Systembetreuung sie so an, wie sie jetzt ist, und die Kopie beginnt: { -trust } { $disk }. Wenn nicht, ziehen Sie sie ab{ $plug ->
        [safe] {""}
       *[plugged] , sobald die Statusanzeige es erlaubt
    }.

fault-disk-unusable = { $likely ->
        [yes] Was unter { $device } eingesteckt ist, scheint die Platte „{ $disk }“ zu sein
       *[other] Die Platte „{ $disk }“ ist eingesteckt ({ $device })
    }, aber { $why ->
        [locked] sie ist verschlüsselt und gesperrt ({ $cause })
        [container] ihre Kennung ist die einer Verschlüsselung, nicht die des Dateisystems darin
        [ambiguous] sie trägt die Kennzeichen (Signaturen) mehrerer Dateisysteme zugleich ({ $cause })
        [other-sectors] ihr Inhalt ist nur in einem Gehäuse mit einer anderen Sektorgröße lesbar ({ $cause })
        [unreadable] ihr Anfang ist nicht lesbar ({ $cause })
        [no-medium] das Gehäuse meldet, dass keine Platte darin ist
       *[other] sie ist nicht zu benutzen
    }.
    .meaning = { $why ->
        [locked] Dieses Programm kann sie nicht selbst entsperren. Es wurde nichts kopiert; an der Platte wurde nichts geändert.
        [no-medium] Entweder ist das Gehäuse leer, oder es erkennt seine Platte nicht. Es wurde nichts kopiert.
       *[other] Es wurde nichts kopiert; an der Platte wurde nichts geändert.
    }
    .action = { $why ->
        [locked] { $likely ->
            [yes] Lassen Sie sie von der Systembetreuung entsperren (udisksctl unlock --block-device { $device }); die Kopie beginnt dann von selbst.
           *[other] Lassen Sie sie von der Systembetreuung entsperren (udisksctl unlock --block-device { $device }) und die Kennung des Dateisystems darin in config.ini eintragen; „asbackup disks“ zeigt sie dann. Zurzeit steht dort die Kennung der Verschlüsselung.
        }
        [container] Bitten Sie die Systembetreuung, in config.ini stattdessen die Kennung des Dateisystems darin einzutragen: { $cause }.
        [ambiguous] Verständigen Sie die Systembetreuung: „wipefs { $device }“ zeigt die Kennzeichen, und mit „wipefs --offset“ lässt sich dasjenige entfernen, das nicht dorthin gehört. Verwenden Sie bis dahin eine andere Platte.
        [other-sectors] Stecken Sie die Platte mit dem Gehäuse oder Kabel ein, mit dem sie eingerichtet wurde. Gibt es das nicht mehr, lassen Sie die Platte von der Systembetreuung neu einrichten; dabei geht verloren, was auf ihr ist.
        [unreadable] Ziehen Sie die Platte ab, und stecken Sie sie noch einmal ein, am besten mit einem anderen Kabel und an einem anderen Anschluss. Hilft das nicht, verwenden Sie eine andere Platte, und lassen Sie diese von der Systembetreuung ansehen (journalctl --dmesg, smartctl).
        [no-medium] Ist eine Platte darin, prüfen Sie ihren Sitz, das Kabel und die Stromversorgung. Ist das Gehäuse leer, setzen Sie die Platte ein.
       *[other] Verständigen Sie die Systembetreuung.
    }

fault-disk-of-several = Die Platte „{ $disk }“ ist eine von { $count } Platten, die zusammen ein Dateisystem tragen ({ $file-system }; eingesteckt: { $devices }).
    .meaning = Eine Sicherungsplatte muss ihr Dateisystem allein tragen. Es wurde nichts kopiert; an der Platte wurde nichts geändert.
    .action = Verwenden Sie eine andere Platte. Formatieren Sie diese nicht, und geben Sie ihr keine neue Kennung, bevor die Systembetreuung weiß, was die Platten zusammen enthalten.

fault-unsupported-file-system = Die Platte „{ $disk }“ ist in einer Weise formatiert, die nicht unterstützt wird (Dateisystem: { $file-system }).
    .meaning = Auf sie kann nicht kopiert werden; an ihr wurde nichts geändert.
    .action = Verwenden Sie eine andere Platte, oder lassen Sie diese von der Systembetreuung neu formatieren (möglichst ext4, xfs oder btrfs). Dabei geht ihr Inhalt verloren.

fault-disk-service-failed = Die Plattenverwaltung des Rechners antwortet nicht oder meldet einen Fehler (UDisks2: { $cause }).
    .meaning = Ohne sie kann auf keine Platte kopiert werden; die Kopie ist unterblieben oder abgebrochen.
    .action = Verständigen Sie die Systembetreuung (systemctl status udisks2). { stay-until-released }

## Schritt 2: auf Veeam warten.

fault-veeam-busy = Veeam war nach { $minutes ->
        [one] einer Minute
       *[other] { $minutes } Minuten
    } Wartezeit noch nicht fertig (Aufträge: { $jobs }).
    .meaning = Während Veeam schreibt, wird nicht kopiert. { -still-old }
    .action = Prüfen Sie in Veeam, ob der Auftrag noch läuft. Läuft er noch, starten Sie die Kopie nach seinem Ende erneut, oder ziehen Sie die Platte ab und stecken Sie sie wieder ein. Läuft keiner mehr, ist eine Sperrdatei liegen geblieben, die die Systembetreuung entfernen kann. { stay-until-released }

fault-veeam-directory-unreadable = Es ließ sich nicht feststellen, ob Veeam gerade schreibt: Das Verzeichnis { $path } ist nicht lesbar ({ $cause }).
    .meaning = Damit nicht während des Schreibens kopiert wird, ist die Kopie unterblieben. { -still-old }
    .action = Bitten Sie die Systembetreuung, das Verzeichnis anzulegen oder seine Rechte zu berichtigen. Ziehen Sie die Platte danach ab und stecken Sie sie wieder ein.

fault-veeam-lock-failed = Der Veeam-Auftrag „{ $job }“ hat keine Sperre bekommen, weil sich seine Sperrdatei in { $path } nicht anlegen lässt ({ $cause }).
    .meaning = Startet Veeam den Auftrag trotzdem, schreibt er, während eine Kopie vielleicht liest; diese Kopie ist dann womöglich unbrauchbar. Was auf den Platten ist, bleibt unberührt.
    .action = Bitten Sie die Systembetreuung zu prüfen, ob es { $path } gibt, ob dort Platz frei ist und ob root dort schreiben darf. Starten Sie den Auftrag danach in Veeam erneut.

fault-veeam-unlock-failed = Die Sperre des Veeam-Auftrags „{ $job }“ ließ sich nicht aufheben, weil sich ihre Datei nicht löschen lässt ({ $cause }).
    .meaning = Solange die Datei da ist, wird nicht kopiert, und jede eingesteckte Platte wartet.
    .action = Bitten Sie die Systembetreuung, die Sperrdatei von Hand zu löschen und die Rechte ihres Verzeichnisses zu prüfen.

fault-too-many-locks = An Veeam-Aufträge werden keine weiteren Sperren vergeben: { $most } sind schon gesetzt, oder so viele Skripte warten darauf.
    .meaning = Dieser Auftrag hat keine Sperre. Solange Sperren gesetzt sind, wird nicht kopiert; eingesteckte Platten warten also.
    .action = Prüfen Sie in Veeam, welche Aufträge laufen. Die Systembetreuung kann die Dateien von Aufträgen, die nicht laufen, in { $path } löschen und sollte prüfen, warum die Skripte ihre Sperren nicht aufheben.

## Schritt 3: einhängen.

fault-already-mounted = Die Platte wird auf diesem Rechner bereits von jemand anderem benutzt (eingehängt unter { $mount-point }).
    .meaning = Damit niemandem etwas verloren geht, wurde nicht kopiert. { -still-old }
    .action = { $plug ->
        [safe] Inzwischen benutzt sie niemand mehr: Starten Sie die Kopie erneut, oder ziehen Sie die Platte ab und stecken Sie sie wieder ein.
       *[plugged] Ziehen Sie die Platte jetzt nicht ab. Bitten Sie die Systembetreuung, sie auszuhängen (udisksctl unmount); danach können Sie die Kopie erneut starten.
    }

fault-old-mount-held = Die Platte „{ $disk }“ wurde abgezogen, während ein Programm sie noch benutzte, und das System hält das alte Dateisystem für dieses Programm noch geöffnet ({ $found ->
        [no] welches, war nicht festzustellen
       *[yes] { $holders }
    }).
    .meaning = Bis das Programm es schließt, lässt das System die Platte nicht erneut öffnen. Gegen die Platte spricht das nicht. Es wurde nichts kopiert; an der Platte wurde nichts geändert.
    .action = Beenden Sie das genannte Programm, oder verlassen Sie darin das Verzeichnis, und starten Sie die Kopie dann erneut. Ist das nicht möglich, starten Sie diesen Rechner neu.

fault-mount-failed = Die Platte ({ $device }) konnte nicht geöffnet (eingehängt) werden: { $why ->
        [damaged] Das System sagt, dass ihr Dateisystem beschädigt oder nicht lesbar ist
        [no-driver] Das System hat für ihr Dateisystem keinen Treiber
        [busy] Etwas anderes benutzt sie
        [not-permitted] Das System erlaubt es nicht
        [no-answer] Es kam rechtzeitig keine Antwort
        [unknown] Der Grund ist nicht bekannt
       *[other] Das System hat es abgelehnt
    } ({ $cause }).
    .meaning = Es konnte nicht kopiert werden; an der Platte wurde nichts geändert.
    .action = { $why ->
        [damaged] Ziehen Sie die Platte ab{ when-released }und stecken Sie sie noch einmal ein. Hilft das nicht, nehmen Sie eine andere Platte und lassen Sie diese von der Systembetreuung prüfen (fsck).
        [no-driver] Bitten Sie die Systembetreuung, die Unterstützung für dieses Dateisystem zu installieren, oder verwenden Sie eine Platte mit einem anderen.
        [busy] Fragen Sie die Systembetreuung, wer die Platte benutzt (lsblk, lsof), und starten Sie die Kopie dann erneut. { stay-until-released }
        [not-permitted] Bitten Sie die Systembetreuung, die Einstellungen von UDisks2 und polkit zu prüfen, und starten Sie die Kopie dann erneut. { stay-until-released }
       *[other] Ziehen Sie die Platte ab{ when-released }und stecken Sie sie noch einmal ein. Hilft das nicht, fragen Sie die Systembetreuung: Was das System selbst sagt, steht in seinem Protokoll (journalctl -k). Eine Platte, die zuletzt an Windows war, ist dort auszuwerfen.
    }

fault-write-protected = Die Platte ({ $device }) ist schreibgeschützt.
    .meaning = Auf sie kann nicht kopiert werden; an ihr wurde nichts geändert.
    .action = Ziehen Sie die Platte ab{ when-released }und stellen Sie den Schreibschutz aus, meist mit einem kleinen Schieber am Gehäuse oder an der Kassette. Stecken Sie sie dann wieder ein. Hat sie keinen Schieber, bitten Sie die Systembetreuung, herauszufinden, was sie schützt (hdparm -r, smartctl).

fault-mounted-read-only = Die Platte ({ $device }) lässt sich zurzeit nur lesen: { $why ->
        [windows] Windows hat sie noch nicht freigegeben
        [marked] Ihr Dateisystem ist als nur lesbar gekennzeichnet
        [settings] Ein Eintrag in den Einstellungen dieses Rechners verlangt es so
        [unknown] Der Grund ist nicht bekannt
       *[other] Sie wurde nur zum Lesen eingehängt
    }.
    .meaning = Auf sie kann nicht kopiert werden; an ihr wurde nichts geändert. { -still-old }
    .action = { $why ->
        [windows] Stecken Sie die Platte an den Windows-Rechner, an dem sie zuletzt war, starten Sie dort Windows, und fahren Sie es ganz herunter (beim Klick auf „Herunterfahren“ die Umschalttaste halten), oder werfen Sie die Platte dort aus. Stecken Sie sie dann hier wieder ein.
        [marked] Bitten Sie die Systembetreuung, die Kennzeichnung zu entfernen (tune2fs -O ^read-only), wenn auf diese Platte kopiert werden soll. { stay-until-released }
        [settings] Bitten Sie die Systembetreuung, „ro“ aus dem Eintrag dieser Platte in /etc/fstab oder in /etc/udisks2/mount_options.conf zu entfernen. { stay-until-released }
       *[other] Ziehen Sie die Platte ab{ when-released }und stecken Sie sie noch einmal ein. Hilft das nicht, fragen Sie die Systembetreuung: Was das System selbst sagt, steht in seinem Protokoll (journalctl -k).
    }

fault-unsafe-mount = Die Platte wurde ohne die nötigen Schutzeinstellungen eingehängt (unter { $mount-point } fehlt: { $missing }).
    .meaning = Damit nichts von der Platte dem Rechner schaden kann, wurde nicht kopiert. { -still-old }
    .action = Bitten Sie die Systembetreuung, in /etc/fstab und in /etc/udisks2/mount_options.conf nach einem Eintrag dieser Platte zu suchen und ihn zu entfernen: Nur ein solcher Eintrag nimmt den Schutz weg. { stay-until-released }

## Schritt 4: sperren.

fault-lock-held = Auf dieser Platte oder in diesem Verzeichnis arbeitet bereits eine andere Kopie (Sperrdatei { $path }, gehalten von: { $holder }).
    .meaning = Zwei Kopien zugleich würden einander stören; deshalb wurde diese nicht begonnen. Wahrscheinlich wurde das Programm zweimal gestartet.
    .action = Warten Sie, bis die andere Kopie fertig ist, und starten Sie diese dann erneut. Läuft keine andere, verständigen Sie die Systembetreuung. { stay-until-released }

lock-trouble = { $why ->
        [no-room] Es ist kein Platz mehr da
        [no-inodes] Für Inhalte ist Platz da, aber nicht für weitere Dateien
        [quota] Eine Obergrenze (Quota) ist ausgeschöpft
        [metadata-full] Das Dateisystem hat keinen Platz mehr für seine Metadaten (btrfs)
        [room-unusable] Das System sagt, dass kein Platz da ist, obwohl welcher da ist; der Grund ist nicht bekannt
        [directory-full] Ihr Verzeichnis nimmt keine weiteren Namen auf
        [mounted-read-only] Worauf sie liegt, lässt sich zurzeit nur lesen
        [read-only-subvolume] Sie liegt in einer Momentaufnahme oder einem Subvolume, das nur gelesen werden darf
        [immutable] Sie oder ihr Verzeichnis ist als unveränderlich gekennzeichnet (chattr +i)
        [append-only] Sie oder ihr Verzeichnis ist so gekennzeichnet, dass es nur wachsen darf (chattr +a)
        [in-use] Sie wird gerade benutzt
        [mount-point] Dort ist etwas anderes eingehängt
        [link-in-the-way] Eine Verknüpfung (symbolischer Link) steht im Weg
        [other-file-system] Auf dem Weg dorthin beginnt ein anderes Dateisystem
        [name-too-long] Ihr Name ist länger, als das Dateisystem aufnimmt
        [name-refused] Das Dateisystem nimmt ihren Namen nicht an
        [not-permitted] Das System erlaubt es nicht; der Grund ist nicht bekannt
        [share-refuses] Der Server der Netzfreigabe lehnt es ab (ein NFS-Server tut das bei root mit root_squash)
        [share-read-only] Der Server der Netzfreigabe lässt dort nur lesen
        [no-answer] Worauf sie liegt, hat nicht rechtzeitig geantwortet
        [input-output] Lesen oder Schreiben ist dort gescheitert
        [unknown] Der Grund ist nicht bekannt
       *[other] Das System hat es abgelehnt
    }

fault-lock-failed = Die Sperrdatei { $path } konnte { $place ->
        [disk] auf der Platte
        [source] im Repository
       *[other] auf diesem Rechner
    } nicht angelegt werden: { lock-trouble } ({ $cause }).
    .meaning = Ohne sie könnten zwei Kopien einander stören; deshalb wurde nicht kopiert. { -still-old }
    .action = { $why ->
        [no-room] Bitten Sie die Systembetreuung, an dieser Stelle Platz zu schaffen. { stay-until-released }
        [no-inodes] Bitten Sie die Systembetreuung, an dieser Stelle Dateien zu entfernen. { stay-until-released }
        [quota] Bitten Sie die Systembetreuung, die Obergrenze an dieser Stelle anzuheben oder aufzuheben. { stay-until-released }
        [metadata-full] Bitten Sie die Systembetreuung, Platz für Metadaten zu schaffen (btrfs balance start -dusage=50). { stay-until-released }
        [mounted-read-only] Fragen Sie die Systembetreuung, warum sich dort nur lesen lässt, und bitten Sie sie, das zu ändern. { stay-until-released }
        [read-only-subvolume] Bitten Sie die Systembetreuung, es beschreibbar zu machen (btrfs property set … ro false) oder die Sperrdatei anderswo anlegen zu lassen (config.ini). { stay-until-released }
        [immutable] Bitten Sie die Systembetreuung, die Kennzeichnung zu entfernen (chattr -i), und starten Sie die Kopie dann erneut. { stay-until-released }
        [append-only] Bitten Sie die Systembetreuung, die Kennzeichnung zu entfernen (chattr -a), und starten Sie die Kopie dann erneut. { stay-until-released }
        [name-too-long] Bitten Sie die Systembetreuung, der Sperrdatei in config.ini einen kürzeren Namen zu geben. { stay-until-released }
        [name-refused] Bitten Sie die Systembetreuung, der Sperrdatei in config.ini einen anderen Namen zu geben. { stay-until-released }
        [share-refuses] Bitten Sie die Systembetreuung, root am Server dort schreiben zu lassen (no_root_squash in den Freigaben eines NFS-Servers). { stay-until-released }
        [share-read-only] Bitten Sie die Systembetreuung, diesen Rechner am Server dort schreiben zu lassen (rw in den Freigaben eines NFS-Servers), wenigstens in diesem Verzeichnis. { stay-until-released }
        [no-answer] Bitten Sie die Systembetreuung nachzusehen, warum keine Antwort kommt; liegt es auf einer Netzfreigabe, dann am Server und im Netz. { stay-until-released }
       *[other] Bitten Sie die Systembetreuung, Schreibrechte und freien Platz an dieser Stelle zu prüfen. { stay-until-released }
    }

fault-lock-is-strange = { $path } soll die Sperrdatei sein, ist aber eine Datei, die woanders noch einen Namen hat, oder keine gewöhnliche Datei.
    .meaning = Die Sperre hätte etwas anderes überschrieben; deshalb wurde nicht kopiert. { -still-old }
    .action = Bitten Sie die Systembetreuung zu klären, wer sie dorthin gelegt hat, und sie von dort zu entfernen. { stay-until-released }

fault-still-copying = Ein Kopiervorgang aus einem früheren Lauf arbeitet noch (Sperre { $path }).
    .meaning = Solange er läuft, beginnt keine neue Kopie.
    .action = { $plug ->
        [safe] Inzwischen ist er zu Ende: Starten Sie die Kopie erneut, oder ziehen Sie die Platte ab und stecken Sie sie wieder ein.
       *[plugged] Lassen Sie die Platte stecken, warten Sie einige Minuten, und starten Sie die Kopie dann erneut. Bleibt es dabei, verständigen Sie die Systembetreuung: Ein rsync ist hängen geblieben.
    }

## Schritt 5: Prüfung vorab.

fault-unsafe-path = { $link ->
        [yes] { $path } wird nicht benutzt: Auf dem Weg dorthin liegt { $component }, eine Verknüpfung, die { $user ->
            [everybody] irgendwem
           *[other] { $user }
        } gehört.
        [no] { $path } wird nicht benutzt: Auf dem Weg dorthin liegt { $component }, und das kann { $user ->
            [everybody] jeder
           *[other] { $user }
        } ändern.
       *[other] { $path } wird nicht benutzt: Auf dem Weg dorthin liegt { $component }, und das kann { $user } woandershin leiten.
    }
    .meaning = Jemand könnte andere Daten an die Stelle setzen, die dann kopiert oder gelöscht würden; deshalb wurde nichts angefasst. { -still-old }
    .action = Bitten Sie die Systembetreuung, „asbackup config check“ aufzurufen, das jeden solchen Pfad nennt, und { $component } root zu geben, so dass niemand sonst dort schreiben darf (chown root, chmod go-w); eine Verknüpfung muss root anlegen. { stay-until-released }

fault-source-unavailable = Das Repository mit den Sicherungen ist nicht erreichbar: { $path } ({ $cause }).
    .meaning = Es gibt keine vollständige neue Kopie. Auf der Platte wurde keine Datei nur deshalb gelöscht, weil sie im Repository nicht lesbar war.
    .action = Verständigen Sie die Systembetreuung: Vermutlich ist ein Laufwerk des Rechners nicht eingehängt, oder „backup-source“ in config.ini stimmt nicht. { -comes-by-itself } { stay-until-released }

fault-share-unavailable = Das Repository mit den Sicherungen ist nicht erreichbar: { $path } auf der Netzfreigabe { $share } ({ $cause }).
    .meaning = Es gibt keine vollständige neue Kopie. Auf der Platte wurde keine Datei nur deshalb gelöscht, weil sie im Repository nicht lesbar war.
    .action = Verständigen Sie die Systembetreuung; sie sollte nach dem Server und dem Netz sehen, nicht nach den Laufwerken dieses Rechners: ob der Server läuft, ob er root dort lesen lässt (no_root_squash bei NFS) und ob die Freigabe neu eingehängt werden muss („stale“). { -comes-by-itself } { stay-until-released }

fault-source-empty = Das Repository mit den Sicherungen ist leer: { $path }.
    .meaning = Eine Kopie davon hätte alle Sicherungen auf der Platte gelöscht; deshalb wurde nichts geändert. { -still-old }
    .action = Verständigen Sie die Systembetreuung, bevor weitere Platten eingesteckt werden: Vermutlich ist ein Laufwerk des Rechners nicht eingehängt. { -comes-by-itself } { stay-until-released }

fault-nothing-included = Es würde nichts kopiert: Die Liste der Ausnahmen ({ $excludes }) nimmt alles in { $path } aus.
    .meaning = Damit eine leere Kopie nicht als Sicherung gilt, wurde nichts geändert. { -still-old }
    .action = Bitten Sie die Systembetreuung, die Liste zu berichtigen; eine Zeile wie * genügt, um alles auszunehmen. { stay-until-released }

fault-source-hidden = Der Sicherungsdienst sieht an der Stelle { $path } nicht die wirklichen Daten.
    .meaning = Eine Kopie hätte die Sicherungen auf der Platte womöglich gelöscht; deshalb wurde nichts geändert. { -still-old }
    .action = Bitten Sie die Systembetreuung, die Einstellungen des Dienstes zu prüfen: Eine Abschottung wie ProtectHome= oder PrivateTmp= verdeckt das Verzeichnis. { stay-until-released }

fault-source-contains-target = Das Ziel der Kopie liegt im Repository: { $path }.
    .meaning = Die Kopie würde sich selbst mitkopieren und immer größer werden; deshalb wurde nichts geändert.
    .action = Bitten Sie die Systembetreuung, „backup-source“ oder „backup-destination“ in config.ini zu berichtigen. { stay-until-released }

fault-source-not-mounted = Am Ort des Repositorys ist nichts eingehängt: { $path }.
    .meaning = Die eigentlichen Daten sind vermutlich gerade woanders. Eine Kopie hätte Sicherungen auf der Platte gelöscht; deshalb wurde nichts geändert. { -still-old }
    .action = Bitten Sie die Systembetreuung, das Laufwerk dort einzuhängen. Soll dort keines eingehängt sein, muss „source-must-be-mountpoint“ in config.ini auf false stehen. { -comes-by-itself } { stay-until-released }

fault-source-without-sentinel = Die Datei, an der das Repository erkannt wird, fehlt: { $path }.
    .meaning = Vermutlich ist es gerade nicht das richtige Verzeichnis. Eine Kopie hätte vielleicht Sicherungen auf der Platte gelöscht; deshalb wurde nichts geändert. { -still-old }
    .action = Verständigen Sie die Systembetreuung, bevor weitere Platten eingesteckt werden: Vermutlich ist ein Laufwerk des Rechners nicht eingehängt. Ist es das richtige Verzeichnis, kann die Datei neu angelegt werden; die Einstellung heißt „source-sentinel“. { -comes-by-itself } { stay-until-released }

fault-snapshot-failed = Vom Repository kann keine Momentaufnahme gemacht werden: { $cause }.
    .meaning = Die Einstellung „mode = require“ verlangt eine; deshalb wurde nichts kopiert, und auf der Platte hat sich nichts geändert. { -still-old }
    .action = Bitten Sie die Systembetreuung, die Ursache zu beheben. Mit „mode = auto“ im Abschnitt [Snapshot] der config.ini wird auch ohne Momentaufnahme kopiert; Veeam wartet dann, bis die Kopie fertig ist. { stay-until-released }

fault-snapshot-not-proven = Beim Anlegen der Momentaufnahme wurde jedes Mal in das Repository geschrieben ({ $examples }).
    .meaning = Die Einstellung „mode = require“ verlangt eine Momentaufnahme; deshalb wurde nichts kopiert, und auf der Platte hat sich nichts geändert. { -still-old }
    .action = Bitten Sie die Systembetreuung zu klären, welches Programm ohne Sperre in das Repository schreibt. { stay-until-released }

fault-snapshot-given-up = Die Kopie wurde aufgegeben, weil im Dateisystem des Repositorys { $path } nur noch { SIZE($free) } frei waren (mindestens { $percent } % sollen frei bleiben).
    .meaning = Die Momentaufnahme wurde entfernt, damit Veeam nicht der Platz ausgeht. Die Platte enthält bisher nur einen Teil des neuen Stands; die nächste Kopie macht dort weiter.
    .action = Bitten Sie die Systembetreuung, im Repository Platz zu schaffen. { stay-until-released }

fault-source-moved = Das Repository { $path } liegt auf einem anderen Dateisystem als bei den Kopien davor (bisher: { $before }; jetzt: { $now }).
    .meaning = Vermutlich ist ein Laufwerk des Rechners nicht eingehängt. Eine Kopie hätte vielleicht Sicherungen auf der Platte gelöscht; deshalb wurde nichts geändert. { -still-old }
    .action = Verständigen Sie die Systembetreuung, bevor weitere Platten eingesteckt werden. Sind die Daten mit Absicht umgezogen, startet dieser Befehl die Kopie und nimmt den neuen Ort an: { -allow } { $disk }. { stay-until-released }

fault-source-unreadable = Nicht alles im Repository lässt sich lesen ({ $cause }).
    .meaning = Die Kopie ist unvollständig und darf nicht als Sicherung gelten. Auf der Platte wurde keine Datei nur deshalb gelöscht, weil sie im Repository nicht lesbar war.
    .action = Verständigen Sie bald die Systembetreuung; sie sollte nach der genannten Datei, ihren Rechten und dem Zustand des Laufwerks sehen, auf dem sie liegt (smartctl, journalctl -k). { stay-until-released }

fault-share-unreadable = Nicht alles im Repository lässt sich von der Netzfreigabe { $share } lesen ({ $cause }).
    .meaning = Die Kopie ist unvollständig und darf nicht als Sicherung gelten. Auf der Platte wurde keine Datei nur deshalb gelöscht, weil sie im Repository nicht lesbar war.
    .action = Verständigen Sie bald die Systembetreuung; sie sollte nach dem Server, dem Netz und der genannten Datei sehen, nicht nach den Laufwerken dieses Rechners. Wurde die Datei am Server gelöscht oder ersetzt („stale“), genügt es, die Kopie erneut zu starten.

fault-source-forbidden = Das System lässt den Dienst nicht das ganze Repository lesen: { $path } ({ $cause }).
    .meaning = Die Kopie ist unvollständig und darf nicht als Sicherung gelten. Auf der Platte wurde keine Datei nur deshalb gelöscht, weil sie im Repository nicht lesbar war.
    .action = Verständigen Sie bald die Systembetreuung; sie sollte root den Zugang geben: Eine Freigabe im Netz kann root abweisen (root_squash am NFS-Server), und ein eigenes FUSE-Dateisystem eines Benutzers tut es auch. { stay-until-released }

fault-source-changed = Eine Datei wurde kürzer, während sie kopiert wurde: { $path } ({ $cause }).
    .meaning = { -half-done } Kein Laufwerk ist schuld: In diesem Augenblick hat etwas in die Datei geschrieben.
    .action = Starten Sie die Kopie erneut, wenn dort nicht mehr geschrieben wird, oder ziehen Sie die Platte ab und stecken Sie sie wieder ein. Hat Veeam geschrieben, achten Sie darauf, dass sein Auftrag eine Sperre setzt. { stay-until-released }

fault-target-refused = Das Zielverzeichnis { $path } auf der Platte kann nicht verwendet werden ({ $cause }).
    .meaning = Damit nichts an eine falsche Stelle geschrieben wird, wurde nicht kopiert. { -still-old }
    .action = Bitten Sie die Systembetreuung, „backup-destination“ in config.ini und das Verzeichnis auf der Platte zu prüfen; Verknüpfungen (symbolische Links) sind dort nicht erlaubt. { stay-until-released }

fault-target-covered = Während auf die Platte kopiert wurde, hat jemand auf ihr ein anderes Dateisystem eingehängt, unter „{ $path }“.
    .meaning = Ein Teil der Kopie kann dort liegen statt auf der Platte, und Dateien, die dort lagen, können gelöscht sein. { -half-done }
    .action = Bitten Sie die Systembetreuung, nachzusehen, was dort liegt, und es auszuhängen. Starten Sie die Kopie danach noch einmal. { stay-until-released }

fault-no-space = Auf der Platte ist nicht genug Platz: Gebraucht werden { SIZE($needed) }, frei sind { SIZE($free) }, es fehlen { SIZE($missing) }.
    .meaning = Das wurde schon vor dem Kopieren festgestellt. { -still-old }
    .action = { $reserved ->
        [0] Nehmen Sie eine größere Platte, oder bitten Sie die Systembetreuung, Platz zu schaffen. { stay-until-released }
       *[other] Bitten Sie die Systembetreuung, freizugeben, was das Dateisystem für das System zurückhält ({ SIZE($reserved) }; tune2fs -m 0); das genügt. { stay-until-released }
    }

fault-foreign-files = Auf der Platte { $files ->
        [one] liegt eine Datei, die
       *[other] liegen { $files } Dateien ({ SIZE($bytes) }), die
    } keine ältere Kopie Ihrer Sicherungen { $files ->
        [one] ist
       *[other] sind
    }, zum Beispiel: { $examples }. Die erste Kopie würde sie löschen.
    .meaning = Es wäre die erste Kopie an diese Stelle der Platte. Damit niemand etwas verliert, wurde nichts kopiert und nichts gelöscht. { -still-old }
    .action = Sehen Sie nach, was auf der Platte liegt. Wird es noch gebraucht, verschieben Sie es an einen anderen Ort, ziehen Sie dann die Platte ab und stecken Sie sie wieder ein. Darf es gelöscht werden, erlaubt das die Systembetreuung einmal für diese Platte: { -allow } { $disk }. { stay-until-released }

fault-nothing-in-common = Von dem, was jetzt auf der Platte ist, bliebe nach dieser Kopie nichts übrig: { $files ->
        [one] Eine Datei ({ SIZE($bytes) }) wäre
       *[other] { $files } Dateien ({ SIZE($bytes) }) wären
    } gelöscht oder leer, zum Beispiel: { $examples }.
    .meaning = Vielleicht liegen an der Stelle Ihrer Sicherungen andere Daten, oder sie wurden gelöscht oder verschlüsselt. Vorsichtshalber wurde nichts kopiert und nichts gelöscht. { -still-old }
    .action = Verständigen Sie die Systembetreuung, bevor weitere Platten eingesteckt werden. Wird davon wirklich nichts mehr gebraucht, erlaubt dieser Befehl das einmal für diese Platte: { -allow } { $disk }. { stay-until-released }

fault-beginnings-lost = { $lost } von { $compared } geänderten Dateien beginnen nicht mehr so wie auf der Platte, zum Beispiel: { $examples }.
    .meaning = So sieht es aus, wenn Dateien verschlüsselt, geleert oder überschrieben wurden. Die Kopien auf dieser Platte sind vielleicht die letzten guten. Vorsichtshalber wurde nichts kopiert und nichts gelöscht. { -still-old }
    .action = Verständigen Sie sofort die Systembetreuung, und stecken Sie keine andere Sicherungsplatte ein, bis klar ist, was mit diesen Dateien geschehen ist. Sind sie so, wie sie sein sollen, erlaubt dieser Befehl die Kopie einmal für diese Platte: { -allow } { $disk }. { stay-until-released }

fault-too-many-deletions = Diese Kopie würde ungewöhnlich viele Dateien von der Platte entfernen: { $files } von { $existing } wären gelöscht oder leer, ohne dass neue an ihre Stelle kommen; erlaubt sind { $percent } % (zum Beispiel: { $examples }).
    .meaning = Vielleicht fehlen Daten im Repository. Vorsichtshalber wurde nichts kopiert und nichts gelöscht. { -still-old }
    .action = Verständigen Sie die Systembetreuung, bevor weitere Platten eingesteckt werden. Ist das gewollt, erlaubt dieser Befehl es einmal für diese Platte: { -allow } { $disk }. { stay-until-released }

fault-too-many-bytes-deleted = Diese Kopie würde ungewöhnlich viele Daten von der Platte entfernen: { SIZE($bytes) } von { SIZE($existing) } wären weg, ohne dass Neues an ihre Stelle kommt; erlaubt sind { $percent } % (zum Beispiel: { $examples }).
    .meaning = Vielleicht fehlen Daten im Repository. Vorsichtshalber wurde nichts kopiert und nichts gelöscht. { -still-old }
    .action = Verständigen Sie die Systembetreuung, bevor weitere Platten eingesteckt werden. Ist das gewollt, erlaubt dieser Befehl es einmal für diese Platte: { -allow } { $disk }. { stay-until-released }

fault-too-few-inodes = Auf der Platte ist für zu wenige weitere Dateien Platz: { $needed } sind anzulegen, { $free } sind möglich.
    .meaning = Das wurde schon vor dem Kopieren festgestellt; dass für den Inhalt Platz wäre, hilft nicht. { -still-old }
    .action = Bitten Sie die Systembetreuung, Dateien von der Platte zu entfernen oder sie für mehr Dateien zu formatieren (mkfs mit mehr Inodes); dabei geht ihr Inhalt verloren. { stay-until-released }

fault-lossy-file-system = Die Platte kann nicht alles aus dem Repository aufnehmen (Dateisystem { $file-system }: ohne Besitzer und Rechte, { $links } symbolische Links, { $hard-links } harte Links, { $specials } Sonderdateien).
    .meaning = Eine Kopie wäre nicht vollständig; laut Konfiguration wird sie dann nicht gemacht. { -still-old }
    .action = Nehmen Sie eine andere Platte, oder lassen Sie diese von der Systembetreuung mit ext4, xfs oder btrfs formatieren. Die Einstellung heißt „lossy-file-systems“. { stay-until-released }

fault-unstorable-files = { $count ->
        [one] Eine Datei lässt
       *[other] { $count } Dateien lassen
    } sich auf dieser Platte nicht speichern (Dateisystem { $file-system }, zum Beispiel: { $examples }).
    .meaning = Die Namen oder die Größe passen nicht zur Formatierung der Platte; ein Teil der Sicherung würde fehlen. Deshalb wurde nichts geändert. { -still-old }
    .action = Nehmen Sie eine andere Platte, oder lassen Sie diese von der Systembetreuung mit ext4, xfs oder btrfs formatieren. { stay-until-released }

fault-clashing-names = Die Platte hält die Namen „{ $one }“ und „{ $other }“ für denselben (Dateisystem { $file-system }{ $count ->
        [one] {""}
       *[other] ; betroffen sind { $count } Namen
    }).
    .meaning = Von zwei solchen Dateien wäre nur eine in der Kopie. Deshalb wurde nichts kopiert und nichts gelöscht. { -still-old }
    .action = Bitten Sie die Systembetreuung, eine der beiden im Repository umzubenennen, oder nehmen Sie eine Platte, die mit ext4, xfs oder btrfs formatiert ist. { stay-until-released }

fault-spelling-failed = Auf der Platte ließ sich „{ $path }“ nicht so schreiben, wie es im Repository heißt ({ $cause }).
    .meaning = Die Platte hält beide Schreibweisen für denselben Namen; beim Kopieren könnte die Datei verloren gehen. Deshalb wurde nichts kopiert und nichts gelöscht. { -still-old }
    .action = Starten Sie die Kopie noch einmal. Schlägt sie erneut fehl, verständigen Sie die Systembetreuung. { stay-until-released }

fault-not-empty = Auf der Platte steht an der Stelle der Datei „{ $path }“ ein Verzeichnis, das nicht leer ist ({ $cause }).
    .meaning = Die Datei ließe sich nicht kopieren; deshalb wurde nichts kopiert und nichts gelöscht. { -still-old }
    .action = Bitten Sie die Systembetreuung, sich dieses Verzeichnis auf der Platte anzusehen und es zu löschen: Es enthält Dateien, welche die Liste der Ausnahmen schützt („rsync-excludes-path“ in config.ini). { stay-until-released }

fault-check-failed = Bei der Prüfung vorab ließ sich nicht feststellen, was zu kopieren ist: { $meaning } (rsync-Code { $code }: { $cause }).
    .meaning = Es wurde nichts kopiert und nichts gelöscht. { -still-old }
    .action = Verständigen Sie die Systembetreuung; Näheres steht im rsync-Protokoll. { stay-until-released }

## Schritt 6: kopieren.

fault-copy-failed = Das Kopieren ist fehlgeschlagen: { $meaning } (rsync-Code { $code }: { $cause }).
    .meaning = { -half-done }
    .action = Starten Sie die Kopie noch einmal; was schon kopiert ist, wird nicht wiederholt. Schlägt sie erneut fehl, verständigen Sie die Systembetreuung; Näheres steht im rsync-Protokoll. { stay-until-released }

fault-disk-full = Die Platte ist während des Kopierens voll geworden (noch frei: { SIZE($free) }; { $cause }).
    .meaning = { -half-done }
    .action = Nehmen Sie eine größere Platte, oder bitten Sie die Systembetreuung, Platz zu schaffen. { stay-until-released }

fault-out-of-inodes = Auf der Platte lassen sich keine weiteren Dateien anlegen, obwohl für ihren Inhalt Platz wäre ({ $cause }).
    .meaning = { -half-done }
    .action = Bitten Sie die Systembetreuung, Dateien von der Platte zu entfernen oder sie für mehr Dateien zu formatieren (mkfs mit mehr Inodes); dabei geht ihr Inhalt verloren. { stay-until-released }

fault-copy-incomplete = { $count ->
        [one] Eine Datei ist
       *[other] { $count } Dateien sind
    } nicht so auf der Platte wie im Repository, obwohl alles kopiert wurde (zum Beispiel: { $examples }).
    .meaning = { $folds ->
        [yes] Vielleicht hält die Platte verschiedene Namen für denselben, oder jemand hat auf ihr während der Kopie etwas umbenannt oder gelöscht.
       *[other] Vielleicht hat jemand auf der Platte während der Kopie etwas umbenannt oder gelöscht.
    } { -half-done }
    .action = { $folds ->
        [yes] Starten Sie die Kopie noch einmal. Schlägt sie erneut fehl, bitten Sie die Systembetreuung, das Genannte umzubenennen, oder nehmen Sie eine Platte, die mit ext4, xfs oder btrfs formatiert ist. { stay-until-released }
       *[other] Starten Sie die Kopie noch einmal. Schlägt sie erneut fehl, verständigen Sie die Systembetreuung. { stay-until-released }
    }

fault-not-stored = Die Kopie ist an „{ $path }“ gescheitert: { $why ->
        [read-only-subvolume] Auf der Platte ist das eine Momentaufnahme oder ein Subvolume, das nur gelesen werden darf
        [mounted-read-only] Jemand hat die Platte inzwischen auf „nur lesen“ umgestellt
        [immutable] Auf der Platte ist das als unveränderlich gekennzeichnet (chattr +i)
        [append-only] Auf der Platte ist das so gekennzeichnet, dass es nur wachsen darf (chattr +a)
        [swap-file] Der Rechner benutzt diese Datei auf der Platte als Auslagerungsspeicher
        [mount-point] Dort ist etwas anderes eingehängt
        [in-use] Auf der Platte wird das gerade benutzt
        [attribute-too-large] Es hat mehr erweiterte Attribute oder Rechte, als eine so formatierte Platte für eine Datei aufnimmt; Platz wäre auf ihr
        [attributes-unsupported] Eine so formatierte Platte kann die erweiterten Attribute oder Rechte nicht aufnehmen
        [directory-full] Sein Verzeichnis auf der Platte nimmt keine weiteren Namen auf; Platz wäre auf ihr
        [quota] Eine Obergrenze auf der Platte (Quota) ist ausgeschöpft
        [metadata-full] Die Platte hat keinen Platz mehr für ihre Metadaten (btrfs); für Inhalte wäre welcher da
        [room-unusable] Das System sagt, dass auf der Platte kein Platz ist, obwohl welcher da ist; der Grund ist nicht bekannt
        [name-too-long] Der Name, oder wohin er führt, ist länger, als eine so formatierte Platte aufnimmt
        [name-refused] Eine so formatierte Platte nimmt den Namen nicht an
        [file-too-large] Die Datei ist größer, als sie auf einer so formatierten Platte sein kann
        [too-many-links] Die Datei hat mehr Namen (harte Links), als sie auf einer so formatierten Platte haben kann
        [links-apart] Das ist eine Datei mit mehreren Namen (harten Links), und auf der Platte liegen diese in verschiedenen Subvolumes oder Quota-Projekten, die sich keine Datei teilen können
        [link-in-the-way] Eine Verknüpfung (symbolischer Link) auf der Platte steht im Weg
        [not-empty] Ein Verzeichnis an seiner Stelle auf der Platte ist nicht leer
        [other-file-system] Auf der Platte beginnt auf dem Weg dorthin ein anderes Dateisystem
        [not-permitted] Das System erlaubt es nicht; der Grund ist nicht bekannt
        [no-answer] Die Platte hat nicht rechtzeitig geantwortet
        [input-output] Lesen oder Schreiben ist gescheitert; ein Fehler der Platte ist nirgends vermerkt
        [unknown] Der Grund ist nicht bekannt
       *[other] Es ließ sich nicht auf der Platte speichern
    } ({ $cause }).
    .meaning = { -half-done }
    .action = { $why ->
        [read-only-subvolume] Bitten Sie die Systembetreuung, die Momentaufnahme aus dem Zielverzeichnis zu nehmen oder beschreibbar zu machen (btrfs property set … ro false). { stay-until-released }
        [mounted-read-only] Fragen Sie die Systembetreuung, wer das getan hat. Ziehen Sie die Platte dann ab{ when-released }und stecken Sie sie wieder ein.
        [immutable] Bitten Sie die Systembetreuung, die Kennzeichnung zu entfernen (chattr -i), und starten Sie die Kopie dann erneut. { stay-until-released }
        [append-only] Bitten Sie die Systembetreuung, die Kennzeichnung zu entfernen (chattr -a), und starten Sie die Kopie dann erneut. { stay-until-released }
        [swap-file] Bitten Sie die Systembetreuung, das zu beenden (swapoff) und auf den Sicherungsplatten keine Auslagerungsdateien anzulegen. { stay-until-released }
        [attribute-too-large] Bitten Sie die Systembetreuung, die Attribute der Datei zu kürzen (getfattr, getfacl) oder für diese Platte xfs zu verwenden. { stay-until-released }
        [attributes-unsupported] Bitten Sie die Systembetreuung, die Attribute der Datei zu entfernen (getfattr, getfacl) oder die Platte mit ext4, xfs oder btrfs zu formatieren; dabei geht ihr Inhalt verloren. { stay-until-released }
        [directory-full] Bitten Sie die Systembetreuung, die Eigenschaft einzuschalten, die mehr erlaubt (tune2fs -O large_dir, bei vielen Verzeichnissen dir_nlink), oder die Dateien auf mehrere Verzeichnisse zu verteilen. { stay-until-released }
        [quota] Bitten Sie die Systembetreuung, die Obergrenze auf der Platte anzuheben oder aufzuheben. { stay-until-released }
        [metadata-full] Bitten Sie die Systembetreuung, Platz für Metadaten zu schaffen (btrfs balance start -dusage=50). { stay-until-released }
        [name-too-long] Bitten Sie die Systembetreuung, den Namen zu kürzen oder für diese Platte ein anderes Dateisystem zu verwenden. { stay-until-released }
        [name-refused] Bitten Sie die Systembetreuung, die Datei umzubenennen oder die Platte mit ext4, xfs oder btrfs zu formatieren; dabei geht ihr Inhalt verloren. { stay-until-released }
        [file-too-large] Bitten Sie die Systembetreuung, für diese Platte ein anderes Dateisystem zu verwenden, etwa xfs; dabei geht ihr Inhalt verloren. { stay-until-released }
        [mount-point] Bitten Sie die Systembetreuung, auszuhängen, was dort eingehängt ist (findmnt), und starten Sie die Kopie dann erneut. { stay-until-released }
        [links-apart] Bitten Sie die Systembetreuung, diese Namen auf der Platte in ein Subvolume oder Projekt zu legen. { stay-until-released }
        [link-in-the-way] Fragen Sie die Systembetreuung, wie die Verknüpfung dorthin kam, und bitten Sie sie, diese zu löschen; starten Sie die Kopie dann erneut. { stay-until-released }
        [not-empty] Bitten Sie die Systembetreuung, sich dieses Verzeichnis auf der Platte anzusehen und es zu löschen: Es enthält Dateien, welche die Liste der Ausnahmen schützt, oder die jemand dorthin gelegt hat. { stay-until-released }
        [too-many-links] Bitten Sie die Systembetreuung, für diese Platte xfs zu verwenden; dabei geht ihr Inhalt verloren. { stay-until-released }
        [input-output] Ziehen Sie die Platte ab{ when-released }und stecken Sie sie wieder ein; die Kopie beginnt von selbst. Geschieht es noch einmal, bitten Sie die Systembetreuung, nach der Platte, ihrem Kabel und dem Protokoll des Systems zu sehen (smartctl, journalctl -k).
       *[other] Starten Sie die Kopie noch einmal; was schon kopiert ist, wird nicht wiederholt. Schlägt sie erneut fehl, bitten Sie die Systembetreuung, sich diese Stelle auf der Platte und das Protokoll des Systems anzusehen (journalctl -k). { stay-until-released }
    }

fault-not-written = Es ist nicht sicher, dass alle Daten auf der Platte angekommen sind; der Grund ist nicht bekannt ({ $cause }).
    .meaning = Teile der Kopie können fehlen, auch wenn sie vollständig aussieht. Sie darf nicht als Sicherung gelten.
    .action = Ziehen Sie die Platte ab{ when-released }und stecken Sie sie wieder ein; die Kopie beginnt von selbst und prüft, was noch ungeprüft ist. Geschieht es noch einmal, verständigen Sie die Systembetreuung (journalctl -k).

fault-write-failed = Die Platte hat nicht alle Daten angenommen ({ $cause }).
    .meaning = Teile der Kopie können fehlen oder beschädigt sein, auch wenn sie vollständig aussieht. Sie darf nicht als Sicherung gelten.
    .action = Nehmen Sie eine andere Platte. Diese ist vermutlich defekt; lassen Sie die Systembetreuung sie prüfen. { stay-until-released }

fault-disk-failing = Die Platte meldet Fehler ({ $cause }).
    .meaning = { -half-done } Auch was vorher auf der Platte war, kann beschädigt sein.
    .action = Nehmen Sie eine andere Platte. Diese ist wahrscheinlich defekt; lassen Sie sie von der Systembetreuung prüfen. { stay-until-released }

fault-file-system-damaged = Das Dateisystem der Platte ist beschädigt ({ $cause }).
    .meaning = { -half-done } Auch was vorher auf der Platte war, kann beschädigt sein.
    .action = Nehmen Sie eine andere Platte. Lassen Sie diese von der Systembetreuung prüfen und reparieren, bevor sie wieder benutzt wird (fsck). { stay-until-released }

fault-turned-read-only = Das Dateisystem der Platte ist beschädigt; der Rechner schreibt nicht mehr darauf ({ $cause }).
    .meaning = { -half-done } Auch was vorher auf der Platte war, kann beschädigt sein.
    .action = Nehmen Sie eine andere Platte. Lassen Sie diese von der Systembetreuung prüfen und reparieren, bevor sie wieder benutzt wird (fsck). { stay-until-released }

## Schritte 7 bis 9: entsperren, freier Platz, aushängen.

fault-unlock-failed = Die Sperrdatei { $path } ließ sich { $place ->
        [disk] auf der Platte
        [source] im Repository
       *[other] auf diesem Rechner
    } nicht löschen: { lock-trouble } ({ $cause }).
    .meaning = Der Lauf gilt als fehlgeschlagen, weil sich nicht alles rückgängig machen ließ; der nächste findet die Datei und macht weiter.
    .action = { $why ->
        [mounted-read-only] Fragen Sie die Systembetreuung, warum sich dort nur lesen lässt, und bitten Sie sie, das zu ändern und die Datei zu löschen. { stay-until-released }
        [immutable] Bitten Sie die Systembetreuung, die Kennzeichnung zu entfernen (chattr -i) und die Datei zu löschen. { stay-until-released }
        [append-only] Bitten Sie die Systembetreuung, die Kennzeichnung zu entfernen (chattr -a) und die Datei zu löschen. { stay-until-released }
        [no-answer] Bitten Sie die Systembetreuung nachzusehen, warum keine Antwort kommt (liegt es auf einer Netzfreigabe, am Server und im Netz), und die Datei dann zu löschen. { stay-until-released }
       *[other] Bitten Sie die Systembetreuung, herauszufinden, warum sich die Datei nicht löschen lässt (Rechte, chattr, ein nur lesbares Dateisystem), und sie zu löschen. { stay-until-released }
    }

fault-unmount-failed = Die Platte ließ sich nicht aushängen (unter { $mount-point }; noch in Gebrauch durch: { $holders }; Ursache: { $cause }).
    .meaning = { $plug ->
        [safe] { $synced ->
            [yes] Alle Daten sind auf die Platte geschrieben. Inzwischen benutzt sie niemand mehr.
           *[no] Es ist nicht sicher, dass alle Daten auf der Platte sind. Inzwischen benutzt sie niemand mehr.
        }
       *[plugged] { $synced ->
            [yes] Alle Daten sind auf die Platte geschrieben, aber sie ist noch in Gebrauch. Wird sie jetzt abgezogen, kann ihr Inhalt Schaden nehmen.
            [no] Es ist nicht sicher, dass alle Daten auf der Platte sind. Wird sie jetzt abgezogen, kann die Kopie unbrauchbar werden.
           *[other] Die Platte ist noch in Gebrauch. Wird sie jetzt abgezogen, kann ihr Inhalt Schaden nehmen.
        }
    }
    .action = { $plug ->
        [safe] Starten Sie die Kopie erneut, oder ziehen Sie die Platte ab und stecken Sie sie wieder ein: Dann wird geprüft, ob etwas fehlt.
       *[plugged] Bitte nicht abziehen! Verständigen Sie die Systembetreuung: Das genannte Programm beenden, dann die Platte aushängen (udisksctl unmount).
    }

fault-not-released = Die Platte ({ $device }) ist ausgehängt, wird aber noch von etwas offen gehalten ({ $cause }).
    .meaning = { $plug ->
        [safe] Inzwischen hält sie nichts mehr offen.
       *[plugged] Es ist nicht sicher, dass sie gefahrlos abgezogen werden kann.
    }
    .action = { $plug ->
        [safe] Sie brauchen nichts zu tun. Kommt das öfter vor, verständigen Sie die Systembetreuung; sie findet mit lsblk, lsof und „findmnt --types overlay“, wer das Gerät benutzt.
       *[plugged] Bitte nicht abziehen! Verständigen Sie die Systembetreuung; sie findet mit lsblk, lsof und „findmnt --types overlay“, wer das Gerät benutzt.
    }

fault-not-flushed = Die Platte ({ $device }) ist ausgehängt, bestätigt aber nicht, dass alles auf sie geschrieben ist ({ $cause }).
    .meaning = Teile der Kopie können fehlen. Sie darf nicht als Sicherung gelten.
    .action = Ziehen Sie die Platte ab, auch wenn die Statusanzeige es nicht erlaubt: Mehr lässt sich nicht auf sie schreiben. Stecken Sie sie dann wieder ein; die Kopie beginnt von selbst. Geschieht es noch einmal, lassen Sie die Systembetreuung die Platte, ihr Kabel und ihr Gehäuse prüfen.

## Jederzeit.

fault-disk-removed = Die Platte wurde zu früh abgezogen.
    .meaning = { -half-done }
    .action = Stecken Sie sie wieder ein; die Kopie beginnt von selbst und ergänzt, was fehlt. { -wait-for-release }

fault-disk-silent = Die Platte antwortet nicht mehr.
    .meaning = Die Kopie fehlt oder ist unvollständig und darf nicht als Sicherung gelten.
    .action = Ziehen Sie die Platte ab, auch wenn die Statusanzeige es nicht erlaubt: Hier hilft nichts anderes. Stecken Sie sie dann wieder ein; die Kopie beginnt von selbst. Geschieht es noch einmal, nehmen Sie ein anderes Kabel oder eine andere Platte.

fault-service-stopped = Der Sicherungsdienst wurde während der Kopie beendet, zum Beispiel weil der Rechner herunterfährt.
    .meaning = { -half-done }
    .action = { $plug ->
        [safe] Ziehen Sie die Platte ab und stecken Sie sie wieder ein; die Kopie wird dann fortgesetzt.
        [gone] Stecken Sie die Platte wieder ein; die Kopie wird dann fortgesetzt.
       *[plugged] Lassen Sie die Platte stecken; die Kopie wird fortgesetzt, sobald der Dienst wieder läuft. { -wait-for-release }
    }

fault-interrupted = Die Kopie wurde unerwartet unterbrochen, zum Beispiel durch einen Stromausfall oder einen Absturz.
    .meaning = { -half-done }
    .action = { $plug ->
        [safe] Ziehen Sie die Platte ab und stecken Sie sie wieder ein; die Kopie wird dann fortgesetzt. Geschieht es wieder, verständigen Sie die Systembetreuung.
        [gone] Stecken Sie die Platte wieder ein; die Kopie wird dann fortgesetzt. Geschieht es wieder, verständigen Sie die Systembetreuung.
       *[plugged] Lassen Sie die Platte stecken oder stecken Sie sie wieder ein; die Kopie wird fortgesetzt. Geschieht es wieder, verständigen Sie die Systembetreuung. { -wait-for-release }
    }

fault-internal = Im Sicherungsdienst ist ein unerwarteter Fehler aufgetreten ({ $cause }).
    .meaning = Die Kopie ist unterblieben oder unvollständig und darf nicht als Sicherung gelten.
    .action = Verständigen Sie die Systembetreuung; Näheres steht im Journal (journalctl -u asbackupd). { stay-until-released }

## Was die Endecodes von rsync heißen: ein Satzteil, der nach einem Doppelpunkt steht.

rsync-exit-1 = das Kopierprogramm wurde falsch aufgerufen
rsync-exit-2 = die beteiligten Kopierprogramme passen in ihren Versionen nicht zusammen
rsync-exit-3 = Repository oder Ziel ließen sich nicht öffnen
rsync-exit-4 = das Kopierprogramm beherrscht eine verlangte Funktion nicht
rsync-exit-5 = das Kopierprogramm konnte nicht richtig beginnen
rsync-exit-10 = die Verbindung zwischen den Teilen des Kopierprogramms ist gestört
rsync-exit-11 = beim Lesen oder Schreiben einer Datei ist ein Fehler aufgetreten
rsync-exit-12 = ein Teil des Kopierprogramms ist unerwartet ausgefallen
rsync-exit-13 = das Kopierprogramm konnte seine Meldungen nicht ausgeben
rsync-exit-14 = das Kopierprogramm konnte keine Hilfsprozesse starten
rsync-exit-15 = ein Teil des Kopierprogramms ist abgestürzt
rsync-exit-16 = ein Teil des Kopierprogramms wurde von außen beendet
rsync-exit-19 = das Kopierprogramm wurde auf ein Signal hin beendet
rsync-exit-20 = das Kopierprogramm wurde von außen abgebrochen
rsync-exit-21 = das Kopierprogramm hat einen seiner Hilfsprozesse verloren
rsync-exit-22 = der Arbeitsspeicher des Rechners reicht nicht aus
rsync-exit-23 = ein Teil der Dateien konnte nicht kopiert werden
rsync-exit-24 = einige Dateien verschwanden aus dem Repository, bevor sie kopiert waren
rsync-exit-25 = es wären mehr Dateien gelöscht worden als angekündigt; die übrigen blieben erhalten
rsync-exit-30 = zu lange wurden keine Daten mehr übertragen
rsync-exit-35 = das Gegenüber des Kopierprogramms hat zu lange nicht geantwortet
rsync-exit-signal = das Kopierprogramm wurde vom System mit Signal { $signal } gewaltsam beendet
rsync-exit-other = das Kopierprogramm endete mit dem unbekannten Code { $code }
