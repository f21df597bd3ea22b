import Foundation
import HTTPTypes
import HummingbirdCore
import NIOCore
import RollcallControl

/// One request of a browser, and what is answered.
struct Page: Sendable {
    let backend: any PageBackend
    let `guard`: PageGuard
    let uploads: Uploads

    private static let requestBytesMax = 1 << 20
    private static let chunkBytes = 64 << 10

    func respond(to request: Request, _ writer: consuming ResponseWriter) async throws {
        do throws(PageGuard.Refusal) {
            try `guard`.judge(request.head)
            switch (request.method, request.uri.path) {
            case (.post, "/session"): break
            case (.post, "/ask"), (.post, "/file"), (.post, "/qr"), (.get, "/changes"):
                try `guard`.judgePass(request.head)
            case (.get, let path):
                guard PageFile.at(path) != nil else { throw Self.notHere }
            default: throw Self.notHere
            }
        } catch {
            let body = ResponseBody(byteBuffer: ByteBuffer(string: error.reason + "\n"))
            return try await writer.write(
                response: Self.head(error.status, "text/plain; charset=utf-8"), body: body)
        }
        switch request.uri.path {
        case "/session": try await open(request, writer)
        case "/ask": try await ask(request, writer)
        case "/file": try await keepFile(request, writer)
        case "/qr": try await drawCode(request, writer)
        case "/changes": try await tellChanges(writer)
        default:
            guard let file = PageFile.at(request.uri.path) else { return }
            try await writer.write(
                response: Self.head(.ok, file.type), body: ResponseBody(byteBuffer: file.bytes))
        }
    }

    private static let notHere = PageGuard.Refusal(status: .notFound, reason: "not here")

    private static func head(
        _ status: HTTPResponse.Status, _ type: String? = nil
    ) -> HTTPResponse {
        var fields = PageGuard.headers
        fields[.contentType] = type
        return HTTPResponse(status: status, headerFields: fields)
    }

    /// Trades a launch pass for a cookie.
    private func open(_ request: Request, _ writer: consuming ResponseWriter) async throws {
        let body = try? await request.body.collect(upTo: 256)
        let launch = body.map { String(buffer: $0) } ?? ""
        guard let cookie = `guard`.passes.cookie(for: launch) else {
            return try await writer.write(
                response: Self.head(.unauthorized, "text/plain; charset=utf-8"),
                body: ResponseBody(byteBuffer: ByteBuffer(string: "this pass is used up\n")))
        }
        var head = Self.head(.noContent)
        head.headerFields[.setCookie] = `guard`.setCookie(cookie)
        try await writer.write(response: head, body: ResponseBody())
    }

    /// Answers one request as the control socket would, in lines.
    private func ask(_ request: Request, _ writer: consuming ResponseWriter) async throws {
        let (pieces, sending) = AsyncStream.makeStream(of: Data.self)
        let asked: ControlRequest
        let upload: String?
        do {
            (asked, upload) = try await self.request(in: request.body)
        } catch {
            let said = error as? ControlError
            let line = try ControlAnswer.error(
                said ?? ControlError(.usage, "the daemon does not know this request")
            ).line()
            return try await writer.write(
                response: Self.head(.ok, Self.lines),
                body: ResponseBody(byteBuffer: ByteBuffer(bytes: line)))
        }
        let (backend, uploads) = (backend, uploads)
        let isAttended = request.headers[.attended] == "yes"
        let answering = Task {
            await backend.answer(asked, isAttended: isAttended) { sending.yield($0) }
            sending.finish()
            if let upload { uploads.remove(upload) }
        }
        defer { answering.cancel() }
        var body = try await writer.writeHead(Self.head(.ok, Self.lines))
        // The page reads an answer when it is whole: 2,000 rows are 16 chunks, not 2,000.
        var waiting = ByteBuffer()
        for await piece in pieces {
            waiting.writeBytes(piece)
            guard waiting.readableBytes >= Self.chunkBytes else { continue }
            try await body.write(waiting)
            waiting.clear()
        }
        if waiting.readableBytes > 0 { try await body.write(waiting) }
        try await body.finish(nil)
    }

    /// What is asked for, if the page may; with the upload that it names instead of a path.
    private func request(in body: RequestBody) async throws -> (ControlRequest, upload: String?) {
        let body = try await body.collect(upTo: Self.requestBytesMax)
        let asked = try ControlRequest(line: Data(body.readableBytesView))
        if asked.isForPage { return (asked, nil) }
        guard let (upload, resolved) = asked.readingUpload({ uploads.path(of: $0) }) else {
            throw ControlError(.notAllowed, "the page may not ask for this")
        }
        return (resolved, upload)
    }

    private func keepFile(_ request: Request, _ writer: consuming ResponseWriter) async throws {
        let name = request.headers[.fileName]?.removingPercentEncoding ?? "list"
        var (status, text) = (HTTPResponse.Status.ok, "")
        do {
            text = try await uploads.keep(request.body, called: name)
        } catch {
            (status, text) = (.contentTooLarge, (error as? ControlError)?.message ?? "not kept")
        }
        try await writer.write(
            response: Self.head(status, "text/plain; charset=utf-8"),
            body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
    }

    private func drawCode(_ request: Request, _ writer: consuming ResponseWriter) async throws {
        let body = try? await request.body.collect(upTo: QRCode.textBytesMax)
        let rows = body.flatMap { QRCode.rows(of: String(buffer: $0)) }
        try await writer.write(
            response: Self.head(rows == nil ? .badRequest : .ok, "text/plain; charset=utf-8"),
            body: ResponseBody(byteBuffer: ByteBuffer(string: rows ?? "no text for a code\n")))
    }

    private static let lines = "application/x-ndjson"

    /// Server-sent events (HTML Living Standard, 9.2): one whenever something was written.
    private func tellChanges(_ writer: consuming ResponseWriter) async throws {
        var body = try await writer.writeHead(Self.head(.ok, "text/event-stream"))
        try await body.write(ByteBuffer(string: "retry: 1000\n\n"))
        for await change in await backend.changes() {
            let data = String(decoding: try ControlJSON.encode(change), as: UTF8.self)
            try await body.write(ByteBuffer(string: "data: \(data)\n\n"))
        }
        try await body.finish(nil)
    }
}
