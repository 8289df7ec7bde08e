import Testing

@testable import Reactor

@Suite("The mailbox")
struct MailboxTests {
    @Test("it refuses a command more than it may hold, and takes one again once emptied")
    func bound() throws {
        let mailbox = Mailbox(capacity: 2)
        _ = try mailbox.post {}
        _ = try mailbox.post {}
        #expect(throws: ReactorError.mailboxFull) { try mailbox.post {} }
        #expect(mailbox.swap(with: Mailbox.Batch()).commands.count == 2)
        _ = try mailbox.post {}
    }

    @Test("only the first command after the loop went to sleep asks for a wake")
    func wakeEdge() throws {
        let mailbox = Mailbox(capacity: 10)
        #expect(try !mailbox.post {})
        #expect(!mailbox.beginSleep(), "there is something to do")
        _ = mailbox.swap(with: Mailbox.Batch())
        #expect(mailbox.beginSleep())
        #expect(try mailbox.post {})
        #expect(try !mailbox.post {})
        mailbox.endSleep()
        _ = mailbox.swap(with: Mailbox.Batch())
        #expect(mailbox.beginSleep())
        mailbox.endSleep()
        #expect(try !mailbox.post {}, "awake by itself")
    }

    @Test("after the stop it takes nothing, and what waited is handed out once")
    func stop() throws {
        let mailbox = Mailbox(capacity: 10)
        _ = try mailbox.post {}
        #expect(mailbox.stop().commands.count == 1)
        #expect(mailbox.stop().isEmpty)
        #expect(throws: ReactorError.stopped) { try mailbox.post {} }
    }
}
