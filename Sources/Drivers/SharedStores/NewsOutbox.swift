internal import Jobs
internal import Scheduling

/// News that wait to be sent: of progress the last of each execution, of what only wakes somebody one, and the rest in
/// its order.
struct NewsOutbox {
    private let capacity: Int
    private var items: [Int: News] = [:]
    private var first = 0
    private var next = 0
    /// Where news stand that later ones replace.
    private var places: [Place: Int] = [:]
    /// Something was let go that the others should have heard.
    private var hasGap = false

    private enum Place: Hashable {
        case progress(ExecutionID)
        case same(News)

        init?(_ news: News) {
            switch news {
            case .progress(let execution, _): self = .progress(execution)
            case .work, .announcements, .keys, .updates: self = .same(news)
            case .ended, .stop: return nil
            }
        }
    }

    init(capacity: Int = 4096) { self.capacity = capacity }

    var isEmpty: Bool { items.isEmpty && !hasGap }
    var count: Int { items.count }

    mutating func add(_ news: News) {
        if let place = Place(news) {
            if let old = places[place] { items[old] = nil }
            places[place] = next
        }
        items[next] = news
        next += 1
        if items.count > capacity { dropFirst() }
    }

    private mutating func dropFirst() {
        while first < next {
            guard let dropped = remove(first) else { continue }
            if case .progress = dropped { return }
            hasGap = true
            return
        }
    }

    private mutating func remove(_ number: Int) -> News? {
        if number == first { first += 1 }
        guard let news = items.removeValue(forKey: number) else { return nil }
        if let place = Place(news) { places[place] = nil }
        return news
    }

    /// Up to so many, the oldest first.
    mutating func take(_ most: Int) -> [News] {
        var taken: [News] = []
        if hasGap {
            taken.append(.work)
            hasGap = false
        }
        while first < next, taken.count < most {
            if let news = remove(first) { taken.append(news) }
        }
        return taken
    }
}
