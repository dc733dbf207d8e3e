//! Which passwords are too easy to guess, and what to say of them.

use zxcvbn::feedback::Warning;
use zxcvbn::matching::Match;
use zxcvbn::matching::patterns::{DictionaryPattern, MatchPattern};
use zxcvbn::{Score, zxcvbn};

/// What is said of a password that is in lists of leaked ones.
pub(super) const LEAKED: &str =
    "This password is known from leaks of other services, and is among the first that are tried. Choose another one.";

/// What is said of one that is only written differently.
const NEARLY_LEAKED: &str = "This is a password that is known from leaks of other services, only written differently. \
                             Choose another one.";

/// What is said of one that others can put together.
const ABOUT_YOU: &str = "This password can be guessed from your e-mail address, your name or the name of this service. \
                         Choose one that has nothing to do with them.";

/// What people choose who have read about passwords.
const FAMOUS: [&str; 2] = ["correct horse battery staple", "Tr0ub4dor&3"];

/// The name of the service.
const SERVICE: &str = "plimsoll";

/// Fewest characters of a piece of a name or an address that counts for itself.
const SHORTEST_PIECE: usize = 3;

/// Characters that are judged: a password whose beginning is hard to guess is so as a whole, and for one that is made to
/// take long the time grows with the square.
const JUDGED: usize = 64;

/// What others know of a person, in lower case.
#[derive(Debug)]
pub(super) struct Known(Vec<String>);

impl Known {
    /// From e-mail addresses and names: they themselves, their pieces, and the name of the service.
    pub(super) fn of(about: &[&str]) -> Self {
        let whole = about.iter().map(|text| text.trim().to_lowercase()).filter(|text| !text.is_empty());
        let whole: Vec<_> = whole.chain([SERVICE.to_owned()]).collect();
        let pieces = whole.iter().flat_map(|text| {
            let sides = text.split('@').filter(|side| side.len() < text.len());
            sides.chain(text.split(|character: char| !character.is_alphanumeric()))
        });
        let pieces = pieces.filter(|piece| piece.chars().count() >= SHORTEST_PIECE).map(str::to_owned);
        let mut all: Vec<_> = pieces.collect();
        all.extend(whole);
        all.sort();
        all.dedup();
        Self(all)
    }

    /// Whether more than half of a password is made of them, forwards or backwards. zxcvbn finds that only in passwords
    /// of one or two words.
    fn make_up(&self, password: &str) -> bool {
        let mut rest: String = letters(password).collect();
        let whole = rest.chars().count();
        let mut words: Vec<String> = self.0.iter().map(|text| letters(text).collect()).collect();
        words.retain(|word| word.chars().count() >= SHORTEST_PIECE);
        words.sort_by_key(|word| std::cmp::Reverse(word.len()));
        for word in words {
            // A mark in its place: what stood on both sides is no word now.
            rest = rest.replace(&word, " ").replace(&word.chars().rev().collect::<String>(), " ");
        }
        rest.chars().filter(|character| *character != ' ').count() * 2 < whole
    }
}

/// Why a password is too easy to guess; `None` when it is not.
pub(super) fn reason(password: &str, known: &Known) -> Option<String> {
    let password: String = password.chars().take(JUDGED).collect();
    if FAMOUS.iter().any(|famous| letters(famous).eq(letters(&password))) {
        return Some(LEAKED.to_owned());
    }
    if known.make_up(&password) {
        return Some(ABOUT_YOU.to_owned());
    }
    let known: Vec<&str> = known.0.iter().map(String::as_str).collect();
    let judged = zxcvbn(&password, &known);
    if let [Match { pattern: MatchPattern::Dictionary(word), .. }] = judged.sequence()
        && is_of(word, "Passwords")
    {
        return Some(if word.l33t || word.reversed { NEARLY_LEAKED } else { LEAKED }.to_owned());
    }
    if judged.score() >= Score::Two {
        return None;
    }
    let of_known = |part: &Match| matches!(&part.pattern, MatchPattern::Dictionary(word) if is_of(word, "UserInputs"));
    if judged.sequence().iter().any(of_known) {
        return Some(ABOUT_YOU.to_owned());
    }
    let why = judged.feedback().and_then(|feedback| feedback.warning()).map_or("it is too simple", because);
    Some(format!("This password is easy to guess: {why}. Several words that do not belong together are harder."))
}

/// Whether a word is of this list. The type of their names cannot be named outside of their crate.
fn is_of(word: &DictionaryPattern, list: &str) -> bool {
    format!("{:?}", word.dictionary_name) == list
}

/// Letters and digits, without what people replace in them to make a password of a word.
fn letters(text: &str) -> impl Iterator<Item = char> {
    text.chars().flat_map(char::to_lowercase).filter_map(|character| match character {
        '@' | '4' => Some('a'),
        '3' | '€' => Some('e'),
        '1' | '!' | '|' | 'l' => Some('i'),
        '0' => Some('o'),
        '5' | '$' => Some('s'),
        '7' | '+' => Some('t'),
        other => Some(other).filter(|character| character.is_alphanumeric()),
    })
}

/// A warning in our words, to follow a colon.
fn because(warning: Warning) -> &'static str {
    match warning {
        Warning::StraightRowsOfKeysAreEasyToGuess => "it is made of keys in a row",
        Warning::ShortKeyboardPatternsAreEasyToGuess => "it is a short pattern on the keyboard",
        Warning::RepeatsLikeAaaAreEasyToGuess => "it repeats one character",
        Warning::RepeatsLikeAbcAbcAreOnlySlightlyHarderToGuess => "it repeats a few characters",
        Warning::ThisIsATop10Password | Warning::ThisIsATop100Password | Warning::ThisIsACommonPassword => {
            "it is a very common password"
        }
        Warning::ThisIsSimilarToACommonlyUsedPassword => "it is like one that is known from leaks of other services",
        Warning::SequencesLikeAbcAreEasyToGuess => "it follows an order like abc or 6543",
        Warning::RecentYearsAreEasyToGuess => "it is made of a recent year",
        Warning::AWordByItselfIsEasyToGuess => "it is a single word",
        Warning::DatesAreOftenEasyToGuess => "it is made of a date",
        Warning::NamesAndSurnamesByThemselvesAreEasyToGuess => "it is a name",
        Warning::CommonNamesAndSurnamesAreEasyToGuess => "it is made of common names",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(password: &str) -> Option<String> {
        reason(password, &Known::of(&["anna.meyer-lang@running-club.example", "Anna Meyer-Lang"]))
    }

    #[test]
    fn leaked_passwords_are_refused_by_name() {
        for password in ["password123", "PASSWORD123", "1q2w3e4r5t", "qwertyuiop", "1234567890", "1qaz2wsx3edc"] {
            assert_eq!(refused(password).as_deref(), Some(LEAKED), "{password}");
        }
        assert_eq!(refused("321drowssap").as_deref(), Some(NEARLY_LEAKED));
        // Leaked ones with something added; what is leaked itself in this form is found here as well.
        for password in ["iloveyou12", "ILoveYou12", "p@ssw0rd123", "1l0v3y0u12", "mustang1234"] {
            let reason = refused(password).unwrap_or_default();
            assert!(reason.contains("like one that is known from leaks"), "{password}: {reason}");
        }
    }

    #[test]
    fn the_famous_passphrase_is_refused_and_others_like_it_are_not() {
        for password in
            ["correct horse battery staple", "CorrectHorseBatteryStaple", "c0rrect-h0rse-b@ttery-$taple", "Tr0ub4dor&3"]
        {
            assert_eq!(refused(password).as_deref(), Some(LEAKED), "{password}");
        }
        assert_eq!(refused("correct pigeon saddle lentil"), None);
    }

    #[test]
    fn what_others_know_of_a_person_is_no_password() {
        for password in [
            "anna.meyer-lang@running-club.example",
            "anna.meyer-lang",
            "AnnaMeyerLang",
            "annameyer1",
            "annameyer1987",
            "M3yer-L4ng2024",
            "running-club",
            "gnal-reyem",
            "plimsoll123",
            "PL1MS0LL2026",
            "plimsollplimsoll",
            "annaplimsoll",
        ] {
            assert_eq!(refused(password).as_deref(), Some(ABOUT_YOU), "{password}");
        }
        for password in ["anna likes purple hedgehogs", "anna-xk7-vmq2p", "meyer vq7mzk2hd"] {
            assert_eq!(refused(password), None, "{password}");
        }
    }

    #[test]
    fn simple_passwords_are_refused_with_a_reason() {
        for (password, why) in [
            ("zzzzzzzzzzzz", "it repeats one character"),
            ("xyqxyqxyqxyq", "it repeats a few characters"),
            ("abcdefghijkl", "it follows an order like abc or 6543"),
            ("qwertyuiop[]", "it is made of keys in a row"),
            ("1987-06-05", "it is made of a date"),
            ("jennifer77", "it is made of common names"),
            ("cosmopolitan", "it is a single word"),
        ] {
            let reason = refused(password).unwrap_or_default();
            assert!(reason.contains(why), "{password}: {reason}");
        }
    }

    #[test]
    fn passwords_that_are_hard_to_guess_are_taken_whatever_they_are_made_of() {
        for password in [
            "a quiet morning run",
            "lentil pigeon saddle",
            "vq7-mzk2-hdx9",
            "tgbvfrujmnhyop",
            "静かな朝に川沿いを走る",
            "Бегу утром вдоль тихой реки",
            "🦔🐦‍⬛🌧️🧦🥔🛶🪵🧭🪶🧊",
            "lauf früh am fluss entlang",
        ] {
            assert_eq!(refused(password), None, "{password}");
        }
    }

    #[test]
    fn people_of_whom_nothing_is_known_are_judged_as_well() {
        let nobody = Known::of(&["", " "]);
        assert!(reason("plimsoll12", &nobody).is_some());
        assert_eq!(reason("lentil pigeon saddle", &nobody), None);
        assert_eq!(nobody.0, ["plimsoll"]);
    }

    #[test]
    fn of_a_long_password_only_the_beginning_is_judged() {
        // Every character may stand for another one, which zxcvbn tries in all combinations: as a whole it would not end.
        for password in ["4@8({[<369!|1/0$57+%2".repeat(48), "a1".repeat(500), "12.3.".repeat(200), "aA4@".repeat(250)]
        {
            let beginning: String = password.chars().take(JUDGED).collect();
            assert_eq!(refused(&password), refused(&beginning), "{password:.20}…");
        }
        let hard = "vq7-mzk2-hdx9-".repeat(5);
        assert_eq!(refused(&format!("{}{}", &hard[..JUDGED], "password123")), None);
    }
}
