@echo off
rem After a Veeam job: says that the job has ended, so that copies may begin again.
rem
rem usage: veeam-unlock.cmd "JOB"
rem
rem Calls veeam-unlock on the server that runs asbackup, over Windows' own OpenSSH, and ends with its exit code:
rem   0  unlocked, or was not locked  1  refused              2  wrong arguments
rem   4  no service there              5  not authorised
rem   255  the server can't be reached, or does not know the key
rem
rem Settings: environment variables of the machine, or edit the defaults below.
setlocal EnableExtensions DisableDelayedExpansion
if not defined ASBACKUP_HOST set "ASBACKUP_HOST=atlantis"
if not defined ASBACKUP_USER set "ASBACKUP_USER=veeam"
rem Key and known hosts lie where the account of the Veeam Backup Service finds them, whoever logs in.
if not defined ASBACKUP_KEY set "ASBACKUP_KEY=%ProgramData%\asbackup\id_ed25519"
if not defined ASBACKUP_KNOWN_HOSTS set "ASBACKUP_KNOWN_HOSTS=%ProgramData%\asbackup\known_hosts"

if "%~1"=="" goto usage
if not "%~2"=="" goto usage
set "JOB=%~1"

rem Nobody is there to type a password or to say yes, and a server that is down is to be noticed within seconds, also later on.
set "OPTIONS=-T -o BatchMode=yes -o ConnectTimeout=10 -o ServerAliveInterval=15 -o ServerAliveCountMax=4"
set "OPTIONS=%OPTIONS% -o IdentitiesOnly=yes -o StrictHostKeyChecking=yes"
ssh.exe %OPTIONS% -o "UserKnownHostsFile=%ASBACKUP_KNOWN_HOSTS%" -i "%ASBACKUP_KEY%" "%ASBACKUP_USER%@%ASBACKUP_HOST%" "veeam-unlock -- %JOB%"
set "CODE=%ERRORLEVEL%"
if "%CODE%"=="9009" set "CODE=255"
if "%CODE%"=="255" goto unreachable
exit /b %CODE%

:unreachable
echo The server %ASBACKUP_HOST% can't be reached. The job keeps its lock, and nothing is copied until it is lifted. 1>&2
echo Is %ASBACKUP_HOST% up, is ssh.exe there, and are the key and the known hosts in place? See docs/veeam.md of asbackup. 1>&2
exit /b 255

:usage
echo usage: veeam-unlock.cmd "JOB" 1>&2
exit /b 2
