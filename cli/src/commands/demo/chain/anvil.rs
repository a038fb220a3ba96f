//! A development node, for as long as the demonstration lasts.

use super::plan::{CHAIN_ID, GENESIS};
use anyhow::{Context, bail};
use std::env;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use vigil_chain::node::Node;

/// Lines that a program may say before it says where it listens.
const MAX_LINES: usize = 200;

/// The node's program.
pub(super) fn find(named: Option<&Path>) -> anyhow::Result<PathBuf> {
    if let Some(path) = named {
        if !path.is_file() {
            bail!("there is no {}", path.display());
        }
        return Ok(path.to_owned());
    }
    let name = format!("anvil{}", env::consts::EXE_SUFFIX);
    // npm's own script starts another program, which would stay when it is ended.
    let packages = fs::read_dir("contracts/node_modules/@foundry-rs");
    let packages = packages.into_iter().flatten().flatten();
    let installed = packages.map(|package| package.path().join("bin").join(&name));
    let on_path = env::var_os("PATH").unwrap_or_default();
    let on_path = env::split_paths(&on_path).map(|folder| folder.join(&name));
    let found = installed.chain(on_path).find(|path| path.is_file());
    found.context(
        "there is no anvil, the node that this demonstration runs on: in a checkout, \
         npm ci --prefix contracts --ignore-scripts installs it; elsewhere get Foundry, and say --anvil PATH",
    )
}

/// A running node of a chain of its own, on a port of its own. Ended when dropped.
#[derive(Debug)]
pub(super) struct Anvil {
    child: Child,
    pub(super) node: Node,
}

impl Anvil {
    pub(super) fn start(program: &Path) -> anyhow::Result<Self> {
        let what = || format!("cannot start {}", program.display());
        let mut child = Command::new(program)
            .args(["--host", "127.0.0.1", "--port", "0", "--hardfork", "osaka"])
            .args(["--accounts", "1", "--chain-id", &CHAIN_ID.to_string()])
            .args(["--timestamp", &GENESIS.to_string()])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .with_context(what)?;
        match connect(&mut child) {
            Ok(node) => Ok(Self { child, node }),
            Err(error) => {
                end(&mut child);
                Err(error.context(what()))
            }
        }
    }
}

fn connect(child: &mut Child) -> anyhow::Result<Node> {
    let said = child.stdout.take().context("it says nothing")?;
    let mut lines = BufReader::new(said).lines().map_while(Result::ok);
    let mut listening = lines.by_ref().take(MAX_LINES);
    let listening =
        listening.find_map(|line| line.strip_prefix("Listening on ").map(str::to_owned));
    let address =
        listening.context("it does not say where it listens: is it anvil 1.5 or later?")?;
    // Nobody may stop reading: it would wait.
    std::thread::spawn(move || lines.for_each(drop));
    let url = format!("http://{address}").parse()?;
    Ok(Node::connect(url, Some(CHAIN_ID))?)
}

fn end(child: &mut Child) {
    // It may have ended by itself.
    let _ = child.kill();
    let _ = child.wait();
}

impl Drop for Anvil {
    fn drop(&mut self) {
        end(&mut self.child);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_named_has_to_be_there() {
        let error = find(Some(Path::new("/nowhere/anvil"))).unwrap_err();
        assert_eq!(error.to_string(), "there is no /nowhere/anvil");
    }

    #[cfg(unix)]
    #[test]
    fn another_program_is_told_from_a_node() {
        let error = Anvil::start(Path::new("/bin/true")).unwrap_err();
        let text = format!("{error:#}");
        assert!(text.contains("cannot start /bin/true"), "{text}");
        assert!(text.contains("where it listens"), "{text}");
        assert!(Anvil::start(Path::new("/nowhere/anvil")).is_err());
    }
}
