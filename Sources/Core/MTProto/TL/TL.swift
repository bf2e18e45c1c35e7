/// Numbers of constructors: the CRC-32 of each one's line in the schema. A test computes them anew.
public enum TL {
    // Values of the language itself.
    public static let vector: UInt32 = 0x1cb5_c415
    public static let boolTrue: UInt32 = 0x9972_75b5
    public static let boolFalse: UInt32 = 0xbc79_9737

    // The exchange of keys.
    public static let reqPQ: UInt32 = 0x6046_9778
    public static let reqPQMulti: UInt32 = 0xbe7e_8ef1
    public static let resPQ: UInt32 = 0x0516_2463
    public static let pqInnerData: UInt32 = 0x83c9_5aec
    public static let pqInnerDataDC: UInt32 = 0xa9f5_5f95
    public static let reqDHParams: UInt32 = 0xd712_e4be
    public static let serverDHParamsOK: UInt32 = 0xd0e8_075c
    public static let serverDHParamsFail: UInt32 = 0x79cb_045d
    public static let serverDHInnerData: UInt32 = 0xb589_0dba
    public static let clientDHInnerData: UInt32 = 0x6643_b654
    public static let setClientDHParams: UInt32 = 0xf504_5f1f
    public static let dhGenOK: UInt32 = 0x3bcb_f734
    public static let dhGenRetry: UInt32 = 0x46dc_1fb9
    public static let dhGenFail: UInt32 = 0xa69d_ae02

    // Service messages. These two have no line of their own in the schema that computes to their number.
    public static let msgContainer: UInt32 = 0x73f1_f8dc
    public static let rpcResult: UInt32 = 0xf35c_6d01
    public static let rpcError: UInt32 = 0x2144_ca19
    public static let gzipPacked: UInt32 = 0x3072_cfa1
    public static let msgsAck: UInt32 = 0x62d6_b459
    public static let badMsgNotification: UInt32 = 0xa7ef_f811
    public static let badServerSalt: UInt32 = 0xedab_447b
    public static let newSessionCreated: UInt32 = 0x9ec2_0908
    public static let msgDetailedInfo: UInt32 = 0x276d_3ec6
    public static let msgNewDetailedInfo: UInt32 = 0x809d_b6df
    public static let msgResendReq: UInt32 = 0x7d86_1a08
    public static let msgsStateReq: UInt32 = 0xda69_fb52
    public static let msgsStateInfo: UInt32 = 0x04de_b57d
    public static let ping: UInt32 = 0x7abe_77ec
    public static let pingDelayDisconnect: UInt32 = 0xf342_7b8c
    public static let pong: UInt32 = 0x3477_73c5
    public static let rpcDropAnswer: UInt32 = 0x58e4_a740
    public static let rpcAnswerUnknown: UInt32 = 0x5e2a_d36e
    public static let rpcAnswerDroppedRunning: UInt32 = 0xcd78_e586
    public static let rpcAnswerDropped: UInt32 = 0xa43a_d8b7
    public static let getFutureSalts: UInt32 = 0xb921_bd04
    public static let futureSalts: UInt32 = 0xae50_0895
    public static let futureSalt: UInt32 = 0x0949_d9dc
    public static let destroySession: UInt32 = 0xe751_2126
    public static let destroySessionOK: UInt32 = 0xe220_45fc

    // Calls, and what wraps them.
    public static let invokeWithLayer: UInt32 = 0xda9b_0d0d
    public static let initConnection: UInt32 = 0xc1cd_5ea9
    public static let invokeWithoutUpdates: UInt32 = 0xbf94_59b7
    public static let importBotAuthorization: UInt32 = 0x67a3_ff2c
    public static let exportAuthorization: UInt32 = 0xe5bf_ffcd
    public static let exportedAuthorization: UInt32 = 0xb434_e2b8
    public static let importAuthorization: UInt32 = 0xa57a_7dad
    public static let authorization: UInt32 = 0x2ea2_c0d4
    public static let getConfig: UInt32 = 0xc4f9_186b
    public static let config: UInt32 = 0xcc1a_241e
    public static let dcOption: UInt32 = 0x18b7_a10d
    public static let getFile: UInt32 = 0xbe53_35be
    public static let file: UInt32 = 0x096a_18d5
    public static let fileCdnRedirect: UInt32 = 0xf18c_da44
    public static let fileUnknown: UInt32 = 0xaa96_3b05
    public static let inputDocumentFileLocation: UInt32 = 0xbad0_7584
    public static let inputPhotoFileLocation: UInt32 = 0x4018_1ffe
    public static let inputPeerPhotoFileLocation: UInt32 = 0x3725_7e99

    // Messages and what lies in them.
    public static let getMessages: UInt32 = 0x63c6_6506
    public static let channelsGetMessages: UInt32 = 0xad8c_9a23
    public static let channelsGetChannels: UInt32 = 0x0a7f_6bbb
    public static let inputMessageID: UInt32 = 0xa676_a322
    public static let inputChannel: UInt32 = 0xf35a_ec28
    public static let inputPeerUser: UInt32 = 0xdde8_a54c
    public static let inputPeerChannel: UInt32 = 0x27bc_bbfc
    public static let inputPeerChat: UInt32 = 0x35a9_5cb9
    public static let messages: UInt32 = 0x1d73_e7ea
    public static let messagesSlice: UInt32 = 0x5f20_6716
    public static let channelMessages: UInt32 = 0xc776_ba4e
    public static let messageEmpty: UInt32 = 0x90a6_ca84
    public static let message: UInt32 = 0x7600_b9d3
    public static let messageService: UInt32 = 0x7a80_0e0a
    public static let peerUser: UInt32 = 0x5951_1722
    public static let peerChat: UInt32 = 0x36c6_019a
    public static let peerChannel: UInt32 = 0xa2a5_371e
    public static let messageMediaDocument: UInt32 = 0x52d8_ccd9
    public static let messageFwdHeader: UInt32 = 0x4e4d_f4bb
    public static let messageReplyHeader: UInt32 = 0x1b97_dd66
    public static let document: UInt32 = 0x8fd4_c4d8
    public static let photoSizeEmpty: UInt32 = 0x0e17_e23c
    public static let photoSize: UInt32 = 0x75c7_8e60
    public static let photoCachedSize: UInt32 = 0x021e_1ad6
    public static let photoStrippedSize: UInt32 = 0xe0b0_bc2e
    public static let photoSizeProgressive: UInt32 = 0xfa3e_fb95
    public static let photoPathSize: UInt32 = 0xd821_4d41
    public static let videoSize: UInt32 = 0xde33_b094
    public static let documentAttributeAnimated: UInt32 = 0x11b5_8939
    public static let documentAttributeImageSize: UInt32 = 0x6c37_c15c
    public static let documentAttributeHasStickers: UInt32 = 0x9801_d2f7
    public static let documentAttributeFilename: UInt32 = 0x1559_0068
    public static let documentAttributeAudio: UInt32 = 0x9852_f9c6
    public static let documentAttributeVideo: UInt32 = 0x43c5_7c48
}
