/// Gives cues, each with the time its words are spoken, the times at which they are shown: in order, without overlap,
/// long enough to be read where there is room.
struct CueTiming {
    let minimumDuration: Int
    /// The latest end, in milliseconds: subtitles do not outlast the media.
    let mediaEnd: Int
    /// Milliseconds a cue should be shown for, and at most.
    let readingTime: (Cue) -> Int
    let maximumDuration: Int

    func apply(to cues: inout [Cue]) {
        placeStarts(of: &cues)
        for index in cues.indices {
            let (start, spokenEnd) = (cues[index].start, cues[index].end)
            let readEnd = min(start + readingTime(cues[index]), max(mediaEnd, spokenEnd))
            let end = min(max(spokenEnd, readEnd), start + maximumDuration)
            let limit = index + 1 < cues.count ? cues[index + 1].start : Int.max
            cues[index].end = max(start + 1, min(end, limit))
        }
    }

    /// Where two people speak at once the later cue waits until the earlier one was seen, but never longer than for
    /// half its own time; otherwise starts stay where the words are.
    private func placeStarts(of cues: inout [Cue]) {
        for index in cues.indices.dropFirst() {
            let (before, own) = (cues[index - 1], cues[index])
            let seen = min(before.end, before.start + minimumDuration)
            let latest = own.start + max(0, own.end - own.start) / 2
            let start = max(own.start, min(seen, latest), before.start + 1)
            cues[index].start = start
            cues[index].end = max(own.end, start + 1)
        }
    }
}
