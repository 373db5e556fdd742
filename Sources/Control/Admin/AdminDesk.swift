import Bytes
import Configuration
import EventLoop
import HTTP
import Time

/// What the administration answers with, page by page. Control loop.
final class AdminDesk {
  private let reports: Reports
  private let reloader: Reloader

  init(reports: Reports, reloader: Reloader) { (self.reports, self.reloader) = (reports, reloader) }

  /// - Parameter connection: the number under which a later answer finds its way back.
  /// - Returns: the answer; `nil` where it comes later.
  func answer(_ request: AdminRequest, connection: Int, in loop: EventLoop) -> AdminAnswer? {
    guard let page = AdminPage(rawValue: request.path) else { return .error(404, "there is no such page; see /") }
    guard request.method == page.method || request.method == .head && page.method == .get else {
      var answer = AdminAnswer.error(405, "\(page.rawValue) takes \(page.method.text) alone")
      answer.allow = page.method
      return answer
    }
    switch page {
    case .index: return .text(AdminPage.contents)
    case .metrics: return AdminAnswer(contentType: .metrics, body: reports.metrics())
    case .health:
      return reports.isDraining ? .text("draining\n", status: 503) : .text("ok\n")
    case .status: return status(request, at: loop)
    case .reload:
      guard Self.isEmptyObject(request.body) else { return .error(400, "a reload takes no keys: send {} or nothing") }
      reloader.ask(.admin(connection: connection), in: loop)
      return nil
    }
  }

  private func status(_ request: AdminRequest, at loop: EventLoop) -> AdminAnswer {
    let query: StatusQuery
    do throws(StatusQueryError) { query = try StatusQuery(request.query) } catch {
      return refusal(400, error.description, request)
    }
    guard let report = reports.status(query, now: loop.now, wall: loop.wall) else {
      let name = query.route ?? ""
      let meant = Suggestion.closest(to: name, among: reports.routeNames)
      return refusal(404, "no route is called `\(name)`" + (meant.map { "; did you mean `\($0)`?" } ?? ""), request)
    }
    return request.wantsText ? .text(report.text()) : .json(report.json())
  }

  private func refusal(_ status: UInt16, _ why: String, _ request: AdminRequest) -> AdminAnswer {
    request.wantsText ? .text(why + "\n", status: status) : .error(status, why)
  }

  /// Nothing, or `{}`.
  private static func isEmptyObject(_ body: [UInt8]) -> Bool {
    let marks = body.filter { $0 != .space && $0 != .tab && $0 != .lineFeed && $0 != .carriageReturn }
    return marks.isEmpty || marks == Array("{}".utf8)
  }
}
