@echo off
rem Before a Veeam job: asks whether the job may write, and waits while a copy to a disk is running.
rem
rem usage: veeam-lock.cmd "JOB"
rem
rem Calls veeam-lock on the server that runs asbackup, over Windows' own OpenSSH, and ends with its exit code:
rem   0  the job may write           1  refused              2  wrong arguments
rem   3  a copy is still running     4  no service there     5  not authorised
rem   255  the server can't be reached, or does not know the key
rem
rem Settings: environment variables of the machine, or edit the defaults below.
setlocal EnableExtensions DisableDelayedExpansion
if not defined ASBACKUP_HOST set "ASBACKUP_HOST=atlantis"
if not defined ASBACKUP_USER set "ASBACKUP_USER=veeam"
rem Key and known hosts lie where the account of the Veeam Backup Service finds them, whoever logs in.
if not defined ASBACKUP_KEY set "ASBACKUP_KEY=%ProgramData%\asbackup\id_ed25519"
if not defined ASBACKUP_KNOWN_HOSTS set "ASBACKUP_KNOWN_HOSTS=%ProgramData%\asbackup\known_hosts"
rem Seconds. Veeam stops a script after 900 by itself (registry: PreJobScriptTimeoutSec), and would not learn why.
if not defined ASBACKUP_TIMEOUT set "ASBACKUP_TIMEOUT=840"

if "%~1"=="" goto usage
if not "%~2"=="" goto usage
set "JOB=%~1"

rem Nobody is there to type a password or to say yes, and a server that is down is to be noticed within seconds, also later on.
set "OPTIONS=-T -o BatchMode=yes -o ConnectTimeout=10 -o ServerAliveInterval=15 -o ServerAliveCountMax=4"
set "OPTIONS=%OPTIONS% -o IdentitiesOnly=yes -o StrictHostKeyChecking=yes"
ssh.exe %OPTIONS% -o "UserKnownHostsFile=%ASBACKUP_KNOWN_HOSTS%" -i "%ASBACKUP_KEY%" "%ASBACKUP_USER%@%ASBACKUP_HOST%" "veeam-lock --timeout %ASBACKUP_TIMEOUT% -- %JOB%"
set "CODE=%ERRORLEVEL%"
if "%CODE%"=="9009" set "CODE=255"
if "%CODE%"=="255" goto unreachable
exit /b %CODE%

:unreachable
echo The server %ASBACKUP_HOST% can't be reached, so nobody knows whether a copy is running. The job has no lock. 1>&2
echo Is %ASBACKUP_HOST% up, is ssh.exe there, and are the key and the known hosts in place? See docs/veeam.md of asbackup. 1>&2
exit /b 255

:usage
echo usage: veeam-lock.cmd "JOB" 1>&2
exit /b 2
