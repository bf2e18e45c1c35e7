import Testing

@testable import IPAddresses

@Suite("IP addresses")
struct IPAddressTests {
    @Test("written forms are read, and written back in their usual form")
    func text() {
        for (given, written) in [
            ("192.0.2.1", "192.0.2.1"), ("::1", "::1"), ("[2001:DB8:0::1]", "2001:db8::1"), ("::", "::"),
            ("::ffff:10.0.0.1", "10.0.0.1"),
        ] {
            #expect(IPAddress(given)?.description == written)
        }
        for wrong in [
            "", "localhost", "1.2.3", "1.2.3.256", "01.2.3.4", "::1%lo", "1.2.3.4:80", "0x7f.1", "2130706433",
        ] {
            #expect(IPAddress(wrong) == nil, "\(wrong)")
        }
    }

    @Test(
        "addresses of this machine and of private networks are not public",
        arguments: [
            "0.0.0.0", "10.255.255.255", "100.64.0.1", "127.0.0.1", "127.255.255.254", "169.254.169.254",
            "172.16.0.1", "172.31.255.255", "192.168.1.1", "198.18.0.1", "224.0.0.1", "255.255.255.255", "::", "::1",
            "::ffff:127.0.0.1", "::ffff:192.168.0.1", "fe80::1", "fc00::1", "fd12::1", "fec0::1", "ff02::1",
            "2001:db8::1", "2001::1", "64:ff9b::7f00:1", "64:ff9b:1::1", "100::1", "2002:7f00:1::", "2002:a00:1::1",
            "::127.0.0.1", "5f00::1",
        ])
    func notPublic(text: String) throws {
        #expect(try #require(IPAddress(text)).isPublic == false)
    }

    @Test(
        "addresses next to the special blocks are public",
        arguments: [
            "1.1.1.1", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255", "128.0.0.0",
            "172.15.255.255", "172.32.0.0", "192.167.255.255", "192.169.0.0", "223.255.255.255", "2606:4700::1111",
            "64:ff9b::101:101", "2002:101:101::1", "2001:200::1",
        ])
    func isPublic(text: String) throws {
        #expect(try #require(IPAddress(text)).isPublic)
    }

    @Test("a block holds its first and last address and neither neighbour")
    func ranges() throws {
        let block = try #require(IPRange("10.1.0.0/16"))
        for (text, inside) in [
            ("10.1.0.0", true), ("10.1.255.255", true), ("10.0.255.255", false), ("10.2.0.0", false),
            ("::ffff:10.1.2.3", true), ("2001:db8::1", false),
        ] {
            #expect(block.contains(try #require(IPAddress(text))) == inside, "\(text)")
        }
        #expect(try #require(IPRange("::/0")).contains(try #require(IPAddress("8.8.8.8"))))
        #expect(try #require(IPRange("0.0.0.0/0")).contains(try #require(IPAddress("8.8.8.8"))))
        #expect(try #require(IPRange("0.0.0.0/0")).contains(try #require(IPAddress("2001:db8::1"))) == false)
        #expect(IPRange("10.1.2.3/16")?.description == "10.1.0.0/16")
        for wrong in ["10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/", "::/129", "x/8"] { #expect(IPRange(wrong) == nil) }
    }
}
