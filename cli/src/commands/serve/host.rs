//! The name that a request is for.
//!
//! A page of a stranger may give its own name the address of this machine and then read what is here
//! as if it were its own (DNS rebinding). Its requests still carry its name, so only the names of this
//! machine are answered.

use axum::http::{HeaderMap, Uri, header};

/// Whether a request is for this machine under one of its own names, with any port.
pub fn is_this_machine(uri: &Uri, headers: &HeaderMap) -> bool {
    let mut hosts = headers.get_all(header::HOST).iter();
    let (Some(host), None) = (hosts.next(), hosts.next()) else {
        return false;
    };
    let in_uri = uri.authority().map(|authority| authority.as_str());
    host.to_str().is_ok_and(is_local) && in_uri.is_none_or(is_local)
}

fn is_local(host: &str) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|b| b.is_ascii_digit()) => name,
        _ => host,
    };
    name.eq_ignore_ascii_case("localhost") || name == "127.0.0.1" || name == "[::1]"
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    fn allowed(uri: &str, hosts: &[&str]) -> bool {
        let mut headers = HeaderMap::new();
        for host in hosts {
            headers.append(header::HOST, HeaderValue::from_str(host).unwrap());
        }
        is_this_machine(&uri.parse().unwrap(), &headers)
    }

    #[test]
    fn only_names_of_this_machine_are_answered() {
        for host in [
            "localhost",
            "LocalHost:8080",
            "127.0.0.1",
            "127.0.0.1:1",
            "[::1]",
            "[::1]:8080",
        ] {
            assert!(allowed("/", &[host]), "{host}");
        }
        for host in [
            "",
            "example.org",
            "example.org:8080",
            "localhost.example.org",
            "127.0.0.1.nip.io",
            "127.0.0.1@example.org",
            "0.0.0.0:8080",
            "[::]:80",
            "localhost:80:80",
            "127.0.0.1:80a",
        ] {
            assert!(!allowed("/", &[host]), "{host}");
        }
        assert!(!allowed("/", &[]));
        assert!(!allowed("/", &["localhost", "example.org"]));
        assert!(!allowed("http://example.org/", &["localhost"]));
        assert!(allowed("http://localhost:1/", &["localhost:1"]));
    }
}
