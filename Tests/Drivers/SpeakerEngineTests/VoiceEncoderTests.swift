import SpeechKernels
import Testing
import Transcription

@testable import SpeakerEngine

@Suite struct VoiceEncoderTests {}
