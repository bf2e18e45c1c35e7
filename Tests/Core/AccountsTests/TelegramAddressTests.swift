import Accounts
import Testing

struct TelegramAddressTests {
    @Test(arguments: [
        TelegramAddress(bot: 42, file: "AgAD-_x"),
        TelegramAddress(bot: 42, file: "x", bytes: 5, chat: -100_123, message: 7),
        TelegramAddress(bot: 42, file: "x", bytes: nil, chat: 9, message: 7),
    ])
    func `an address is read as it was written`(_ address: TelegramAddress) {
        #expect(TelegramAddress(address.text) == address)
    }

    @Test func `addresses of older jobs still mean something`() {
        #expect(TelegramAddress("telegram:42/abc") == TelegramAddress(bot: 42, file: "abc"))
    }

    @Test(arguments: [
        "", "telegram:", "telegram:42", "telegram:42/", "telegram:x/abc", "https://a/b", "telegram:42/a/1/2",
        "telegram:42/a/1/x/3", "telegram:42/a/1/2/3/4", "telegram:42/" + String(repeating: "a", count: 513),
    ])
    func `anything else is no address`(_ text: String) {
        #expect(TelegramAddress(text) == nil)
    }
}
