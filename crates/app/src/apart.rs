//! Programs of the machine, and our own, that read what others made: each in a process group of its own, with limits on
//! memory, processor and time. When the time is over, or nobody waits any more, the whole group ends: what a program has
//! started must not outlive it.

use std::ffi::OsStr;
use std::process::{Output, Stdio};
use std::time::Duration;

use tokio::io::AsyncWriteExt as _;
use tokio::process::Command;

const LIMITS: &str = "/usr/bin/prlimit";

/// A command with the most memory (address space) and seconds of the processor that it may take, where the machine
/// can set them.
pub fn limited(program: impl AsRef<OsStr>, bytes: u64, seconds: u64) -> Command {
    if !std::path::Path::new(LIMITS).exists() {
        return Command::new(program);
    }
    let mut command = Command::new(LIMITS);
    command.arg(format!("--as={bytes}")).arg(format!("--cpu={seconds}")).arg("--").arg(program);
    command
}

/// What a command said to an input; none: its time was over.
pub async fn run(mut command: Command, input: &[u8], time: Duration) -> std::io::Result<Option<Output>> {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).kill_on_drop(true);
    #[cfg(unix)]
    command.process_group(0);
    let mut child = command.spawn()?;
    let _group = Group(child.id());
    let stdin = child.stdin.take();
    // It takes everything in before it answers, so that neither waits for the other. It may end early.
    let running = async {
        if let Some(mut stdin) = stdin {
            let _ = stdin.write_all(input).await;
        }
        child.wait_with_output().await
    };
    tokio::time::timeout(time, running).await.ok().transpose()
}

struct Group(Option<u32>);

impl Drop for Group {
    fn drop(&mut self) {
        #[cfg(all(target_os = "linux", target_env = "gnu"))]
        if let Some(group) = self.0.and_then(|id| libc::pid_t::try_from(id).ok()) {
            // SAFETY: `killpg` only sends a signal. As long as a process of the group lives its number is not given
            // anew.
            unsafe {
                libc::killpg(group, libc::SIGKILL);
            }
        }
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_a_program_started_ends_with_it() {
        let folder = tempfile::tempdir().unwrap();
        let told = folder.path().join("child");
        let mut command = limited("sh", 1 << 30, 10);
        command.arg("-c").arg(format!("sleep 300 & echo $! > {}; cat; wait", told.display()));
        let ended = run(command, b"x", Duration::from_millis(700)).await.unwrap();
        assert!(ended.is_none());
        let child = std::fs::read_to_string(&told).unwrap().trim().to_owned();
        for _ in 0..50 {
            // Ended: gone, or waiting for whoever takes it down from the list.
            let state = std::fs::read_to_string(format!("/proc/{child}/stat")).unwrap_or_default();
            if state.is_empty() || state.contains(") Z ") {
                return;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("process {child} lives on");
    }

    #[tokio::test]
    async fn a_program_that_answers_is_heard() {
        let output = run(limited("cat", 1 << 30, 10), b"bao lu\n", Duration::from_secs(10)).await.unwrap();
        assert_eq!(output.unwrap().stdout, b"bao lu\n");
        assert!(run(Command::new("/khong/co"), b"", Duration::from_secs(1)).await.is_err());
    }
}
