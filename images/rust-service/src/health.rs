//! Asks the service of this container whether it is alive: the image has no other program to ask with.

use std::io::{Read, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream};
use std::time::Duration;

/// How long to wait for each step; the image's HEALTHCHECK allows 3 s in all.
const TIMEOUT: Duration = Duration::from_secs(1);

/// Whether `/health` answers 200 at the address that the service listens on.
pub fn alive(listen: SocketAddr) -> bool {
    asked(local(listen)).unwrap_or(false)
}

fn asked(address: SocketAddr) -> std::io::Result<bool> {
    let mut stream = TcpStream::connect_timeout(&address, TIMEOUT)?;
    stream.set_read_timeout(Some(TIMEOUT))?;
    stream.set_write_timeout(Some(TIMEOUT))?;
    stream.write_all(b"GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")?;
    let mut head = [0; 12];
    stream.read_exact(&mut head)?;
    Ok(&head == b"HTTP/1.1 200")
}

/// The address by which this machine reaches one that listens.
fn local(listen: SocketAddr) -> SocketAddr {
    let ip = match listen.ip() {
        IpAddr::V4(Ipv4Addr::UNSPECIFIED) => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(Ipv6Addr::UNSPECIFIED) => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, listen.port())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::TcpListener;

    fn answering(answer: &'static [u8]) -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        std::thread::spawn(move || listener.accept().unwrap().0.write_all(answer));
        address
    }

    #[test]
    fn a_living_service_is_told_from_others() {
        assert!(alive(answering(b"HTTP/1.1 200 OK\r\n\r\n")));
        assert!(!alive(answering(b"HTTP/1.1 503 Service Unavailable\r\n\r\n")));
        assert!(!alive(answering(b"")));
        let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        assert!(!alive(nobody));
    }

    #[test]
    fn what_listens_everywhere_is_asked_here() {
        assert_eq!(local("0.0.0.0:8001".parse().unwrap()), "127.0.0.1:8001".parse().unwrap());
        assert_eq!(local("[::]:8001".parse().unwrap()), "[::1]:8001".parse().unwrap());
        assert_eq!(local("10.0.0.1:1".parse().unwrap()), "10.0.0.1:1".parse().unwrap());
    }
}
