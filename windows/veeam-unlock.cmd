@echo off
rem Run after a Veeam job: reports that the job has ended, so that copies may start again.
rem
rem usage: veeam-unlock.cmd "JOB"
rem
rem Runs veeam-unlock on the asbackup server through Windows' own OpenSSH, and exits with its exit code:
rem   0  unlocked, or was not locked  1  refused              2  wrong arguments
rem   4  no service                    5  not authorised
rem   255  the server can't be reached, or does not accept the key
rem
rem Settings: set system environment variables, or edit the defaults below.
setlocal EnableExtensions DisableDelayedExpansion
if not defined ASBACKUP_HOST set "ASBACKUP_HOST=atlantis"
if not defined ASBACKUP_USER set "ASBACKUP_USER=veeam"
rem The key and the known hosts are where the account of the Veeam Backup Service finds them, no matter who logs in.
if not defined ASBACKUP_KEY set "ASBACKUP_KEY=%ProgramData%\asbackup\id_ed25519"
if not defined ASBACKUP_KNOWN_HOSTS set "ASBACKUP_KNOWN_HOSTS=%ProgramData%\asbackup\known_hosts"

if "%~1"=="" goto usage
if not "%~2"=="" goto usage
set "JOB=%~1"

rem Nobody is there to type a password or to confirm, and a server that goes down must be noticed within seconds, even later on.
set "OPTIONS=-T -o BatchMode=yes -o ConnectTimeout=10 -o ServerAliveInterval=15 -o ServerAliveCountMax=4"
set "OPTIONS=%OPTIONS% -o IdentitiesOnly=yes -o StrictHostKeyChecking=yes"
ssh.exe %OPTIONS% -o "UserKnownHostsFile=%ASBACKUP_KNOWN_HOSTS%" -i "%ASBACKUP_KEY%" "%ASBACKUP_USER%@%ASBACKUP_HOST%" "veeam-unlock -- %JOB%"
set "CODE=%ERRORLEVEL%"
if "%CODE%"=="9009" set "CODE=255"
if "%CODE%"=="255" goto unreachable
exit /b %CODE%

:unreachable
echo The server %ASBACKUP_HOST% can't be reached. The job keeps its lock, and nothing is copied until it is released. 1>&2
echo Check that %ASBACKUP_HOST% is up, ssh.exe is installed, and the key and the known hosts are in place. See docs/veeam.md of asbackup. 1>&2
exit /b 255

:usage
echo usage: veeam-unlock.cmd "JOB" 1>&2
exit /b 2
