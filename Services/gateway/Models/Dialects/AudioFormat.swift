/// The names of audio formats in OpenAI's interfaces and as media types.
enum AudioFormat {
    /// - Throws: When the format is neither `wav` nor `mp3`, which are all there are.
    static func type(of format: RequestValue) throws(TranslationError) -> String {
        switch try format.string() {
        case "wav": "audio/wav"
        case "mp3": "audio/mpeg"
        default: throw format.invalid("must be wav or mp3")
        }
    }
}
