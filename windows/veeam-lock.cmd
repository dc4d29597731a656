@echo off
rem Run before a Veeam job: asks whether the job may write, and waits while a copy to a disk is running.
rem
rem usage: veeam-lock.cmd "JOB"
rem
rem Runs veeam-lock on the asbackup server through Windows' own OpenSSH, and exits with its exit code:
rem   0  the job may write           1  refused              2  wrong arguments
rem   3  a copy is still running     4  no service           5  not authorised
rem   255  the server can't be reached, or does not accept the key
rem
rem Settings: set system environment variables, or edit the defaults below.
setlocal EnableExtensions DisableDelayedExpansion
if not defined ASBACKUP_HOST set "ASBACKUP_HOST=atlantis"
if not defined ASBACKUP_USER set "ASBACKUP_USER=veeam"
rem The key and the known hosts are where the account of the Veeam Backup Service finds them, no matter who logs in.
if not defined ASBACKUP_KEY set "ASBACKUP_KEY=%ProgramData%\asbackup\id_ed25519"
if not defined ASBACKUP_KNOWN_HOSTS set "ASBACKUP_KNOWN_HOSTS=%ProgramData%\asbackup\known_hosts"
rem In seconds. Veeam itself kills a script after 900 (registry: PreJobScriptTimeoutSec), and would not learn why it failed.
if not defined ASBACKUP_TIMEOUT set "ASBACKUP_TIMEOUT=840"

if "%~1"=="" goto usage
if not "%~2"=="" goto usage
set "JOB=%~1"

rem Nobody is there to type a password or to confirm, and a server that goes down must be noticed within seconds, even later on.
set "OPTIONS=-T -o BatchMode=yes -o ConnectTimeout=10 -o ServerAliveInterval=15 -o ServerAliveCountMax=4"
set "OPTIONS=%OPTIONS% -o IdentitiesOnly=yes -o StrictHostKeyChecking=yes"
ssh.exe %OPTIONS% -o "UserKnownHostsFile=%ASBACKUP_KNOWN_HOSTS%" -i "%ASBACKUP_KEY%" "%ASBACKUP_USER%@%ASBACKUP_HOST%" "veeam-lock --timeout %ASBACKUP_TIMEOUT% -- %JOB%"
set "CODE=%ERRORLEVEL%"
if "%CODE%"=="9009" set "CODE=255"
if "%CODE%"=="255" goto unreachable
exit /b %CODE%

:unreachable
echo The server %ASBACKUP_HOST% can't be reached, so it is not known whether a copy is running. The job has no lock. 1>&2
echo Check that %ASBACKUP_HOST% is up, ssh.exe is installed, and the key and the known hosts are in place. See docs/veeam.md of asbackup. 1>&2
exit /b 255

:usage
echo usage: veeam-lock.cmd "JOB" 1>&2
exit /b 2
