//! Lists of host names in config.ini.

use super::fault::{ConfigProblem, Problems};
use super::value::{Kind, Value, is_host, items};

/// Names between commas, semicolons or blanks; upper and lower case mean the same, so they are kept in lower case.
pub const NAMES: Kind<Vec<String>> = Kind::new(names, |list: &Vec<String>| list.join(", ")).list();

fn names(value: &Value) -> Result<Vec<String>, Problems> {
    let (wrong, right): (Vec<&str>, Vec<&str>) = items(value.text).partition(|item| !is_host(item));
    if wrong.is_empty() {
        return Ok(right.iter().map(|name| name.to_ascii_lowercase()).collect());
    }
    let (section, key) = value.place();
    let problem = |item: &&str| {
        let (section, key) = (section.clone(), key.clone());
        ConfigProblem::NotAHost { section, key, value: value.shown_item(item) }
    };
    Err(wrong.iter().map(problem).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Vec<String>, Problems> {
        names(&Value { section: "Webserver", key: "web-names", text, secret: false })
    }

    #[test]
    fn names_are_kept_in_lower_case_and_each_wrong_one_is_named() {
        assert_eq!(read("").unwrap(), Vec::<String>::new());
        assert_eq!(read("Backup.Office.example, nas\n10.0.0.7").unwrap(), ["backup.office.example", "nas", "10.0.0.7"]);
        assert_eq!(read("ok, http://nas, *.example, nas:80").unwrap_err().len(), 3);
    }
}
