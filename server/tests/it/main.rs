//! The binary's own promises about its command line. (Being an integration test of this package, it also has Cargo
//! build the binary that the end-to-end tests start.)

use std::process::Command;

#[test]
fn help_names_every_subcommand_and_an_unknown_one_is_refused() {
    let plimsoll = || Command::new(env!("CARGO_BIN_EXE_plimsoll"));
    let help = String::from_utf8(plimsoll().arg("--help").output().unwrap().stdout).unwrap();
    for name in ["demo", "serve", "import", "inspect", "analyze"] {
        assert!(help.lines().any(|line| line.trim_start().starts_with(name)), "{name} in\n{help}");
    }
    assert_eq!(plimsoll().arg("fly").output().unwrap().status.code(), Some(2));
}
