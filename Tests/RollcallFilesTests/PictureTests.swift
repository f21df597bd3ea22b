import RollcallFiles
import Testing

/// What the first bytes of a picture say.
@Suite struct PictureTests {
    private func refusal(_ bytes: [UInt8]) -> PictureRefusal? {
        do {
            _ = try Picture(bytes)
            return nil
        } catch {
            return error
        }
    }

    private func jpeg(
        width: UInt16, height: UInt16, before: [UInt8] = [0xff, 0xe0, 0, 4, 1, 2]
    ) -> [UInt8] {
        let sides = [height, width].flatMap { [UInt8($0 >> 8), UInt8($0 & 0xff)] }
        return [0xff, 0xd8] + before + [0xff, 0xc2, 0, 11, 8] + sides + [1, 0, 0, 0, 0xff, 0xd9]
    }

    private func png(width: UInt32, height: UInt32) -> [UInt8] {
        let sides = [width, height].flatMap { side in
            (0..<4).map { UInt8(truncatingIfNeeded: side >> (24 - 8 * $0)) }
        }
        return [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13]
            + Array("IHDR".utf8) + sides + [8, 2, 0, 0, 0, 1, 2, 3, 4]
    }

    @Test func `the sides of a JPEG are found behind whatever segments come before them`() throws {
        let thumbnail: [UInt8] = [0xff, 0xe1, 0, 12] + jpeg(width: 9, height: 9).prefix(10)
        for before in [
            [0xff, 0xe0, 0, 4, 1, 2], thumbnail, [0xff, 0xff, 0xff, 0xdb, 0, 3, 7],
            thumbnail + [0xff, 0xfe, 0, 2],
        ] {
            let picture = try Picture(jpeg(width: 768, height: 1_024, before: before))
            #expect(
                picture.type == "image/jpeg" && picture.width == 768 && picture.height == 1_024)
        }
    }

    @Test func `the sides of a PNG are in its first chunk`() throws {
        let picture = try Picture(png(width: 600, height: 800))
        #expect(picture.type == "image/png" && picture.width == 600 && picture.height == 800)
    }

    @Test func `what is no picture, or a trap, is refused by name`() {
        #expect(refusal([]) == .noPicture)
        #expect(refusal(Array("<svg xmlns='http://www.w3.org/2000/svg'/>".utf8)) == .noPicture)
        #expect(refusal(Array("GIF89a".utf8)) == .noPicture)
        #expect(refusal(png(width: 1 << 20, height: 2)) == .tooManyPixels)
        #expect(refusal(png(width: .max, height: .max)) == .tooManyPixels)
        #expect(refusal(jpeg(width: 60_000, height: 60_000)) == .tooManyPixels)
        #expect(refusal(png(width: 0, height: 9)) == .damaged)
        #expect(
            refusal([UInt8](repeating: 0xff, count: Picture.bytesMax + 1)) == .tooLarge)
    }

    @Test func `a picture that is cut anywhere in its head is damaged, and nothing worse`() {
        for whole in [jpeg(width: 768, height: 1_024), png(width: 600, height: 800)] {
            for count in 8..<whole.count {
                let cut = refusal(Array(whole.prefix(count)))
                #expect(cut == nil || cut == .damaged)
            }
            #expect(refusal(Array(whole.prefix(12))) == .damaged)
        }
        // A segment that ends before it begins, and one that leads out of the file.
        #expect(
            refusal(jpeg(width: 9, height: 9, before: [0xff, 0xe0, 0, 1])) == .damaged)
        #expect(
            refusal(jpeg(width: 9, height: 9, before: [0xff, 0xe0, 0xff, 0xff])) == .damaged)
    }
}
