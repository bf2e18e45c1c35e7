import MTProto
import Testing

/// Each constructor's number, computed anew from its line in the schema (https://core.telegram.org/mtproto/TL).
struct SchemaTests {
    static let lines: [(UInt32, String)] = [
        (TL.boolTrue, "boolTrue = Bool"),
        (TL.boolFalse, "boolFalse = Bool"),
        (TL.vector, "vector t:Type # [ t ] = Vector t"),
        (TL.reqPQ, "req_pq nonce:int128 = ResPQ"),
        (TL.reqPQMulti, "req_pq_multi nonce:int128 = ResPQ"),
        (
            TL.resPQ,
            "resPQ nonce:int128 server_nonce:int128 pq:string server_public_key_fingerprints:Vector<long> = ResPQ"
        ),
        (
            TL.pqInnerData,
            "p_q_inner_data pq:string p:string q:string nonce:int128 server_nonce:int128 new_nonce:int256 = P_Q_inner_data"
        ),
        (
            TL.pqInnerDataDC,
            "p_q_inner_data_dc pq:string p:string q:string nonce:int128 server_nonce:int128 new_nonce:int256 dc:int = P_Q_inner_data"
        ),
        (
            TL.reqDHParams,
            "req_DH_params nonce:int128 server_nonce:int128 p:string q:string public_key_fingerprint:long encrypted_data:string = Server_DH_Params"
        ),
        (
            TL.serverDHParamsOK,
            "server_DH_params_ok nonce:int128 server_nonce:int128 encrypted_answer:string = Server_DH_Params"
        ),
        (
            TL.serverDHParamsFail,
            "server_DH_params_fail nonce:int128 server_nonce:int128 new_nonce_hash:int128 = Server_DH_Params"
        ),
        (
            TL.serverDHInnerData,
            "server_DH_inner_data nonce:int128 server_nonce:int128 g:int dh_prime:string g_a:string server_time:int = Server_DH_inner_data"
        ),
        (
            TL.clientDHInnerData,
            "client_DH_inner_data nonce:int128 server_nonce:int128 retry_id:long g_b:string = Client_DH_Inner_Data"
        ),
        (
            TL.setClientDHParams,
            "set_client_DH_params nonce:int128 server_nonce:int128 encrypted_data:string = Set_client_DH_params_answer"
        ),
        (
            TL.dhGenOK,
            "dh_gen_ok nonce:int128 server_nonce:int128 new_nonce_hash1:int128 = Set_client_DH_params_answer"
        ),
        (
            TL.dhGenRetry,
            "dh_gen_retry nonce:int128 server_nonce:int128 new_nonce_hash2:int128 = Set_client_DH_params_answer"
        ),
        (
            TL.dhGenFail,
            "dh_gen_fail nonce:int128 server_nonce:int128 new_nonce_hash3:int128 = Set_client_DH_params_answer"
        ),
        (TL.rpcError, "rpc_error error_code:int error_message:string = RpcError"),
        (TL.gzipPacked, "gzip_packed packed_data:string = Object"),
        (TL.msgsAck, "msgs_ack msg_ids:Vector long = MsgsAck"),
        (
            TL.badMsgNotification,
            "bad_msg_notification bad_msg_id:long bad_msg_seqno:int error_code:int = BadMsgNotification"
        ),
        (
            TL.badServerSalt,
            "bad_server_salt bad_msg_id:long bad_msg_seqno:int error_code:int new_server_salt:long = BadMsgNotification"
        ),
        (TL.newSessionCreated, "new_session_created first_msg_id:long unique_id:long server_salt:long = NewSession"),
        (
            TL.msgDetailedInfo,
            "msg_detailed_info msg_id:long answer_msg_id:long bytes:int status:int = MsgDetailedInfo"
        ),
        (TL.msgNewDetailedInfo, "msg_new_detailed_info answer_msg_id:long bytes:int status:int = MsgDetailedInfo"),
        (TL.msgResendReq, "msg_resend_req msg_ids:Vector long = MsgResendReq"),
        (TL.msgsStateReq, "msgs_state_req msg_ids:Vector long = MsgsStateReq"),
        (TL.msgsStateInfo, "msgs_state_info req_msg_id:long info:string = MsgsStateInfo"),
        (TL.ping, "ping ping_id:long = Pong"),
        (TL.pingDelayDisconnect, "ping_delay_disconnect ping_id:long disconnect_delay:int = Pong"),
        (TL.pong, "pong msg_id:long ping_id:long = Pong"),
        (TL.rpcDropAnswer, "rpc_drop_answer req_msg_id:long = RpcDropAnswer"),
        (TL.rpcAnswerUnknown, "rpc_answer_unknown = RpcDropAnswer"),
        (TL.rpcAnswerDroppedRunning, "rpc_answer_dropped_running = RpcDropAnswer"),
        (TL.rpcAnswerDropped, "rpc_answer_dropped msg_id:long seq_no:int bytes:int = RpcDropAnswer"),
        (TL.getFutureSalts, "get_future_salts num:int = FutureSalts"),
        (TL.futureSalts, "future_salts req_msg_id:long now:int salts:vector future_salt = FutureSalts"),
        (TL.futureSalt, "future_salt valid_since:int valid_until:int salt:long = FutureSalt"),
        (TL.destroySession, "destroy_session session_id:long = DestroySessionRes"),
        (TL.destroySessionOK, "destroy_session_ok session_id:long = DestroySessionRes"),
        (TL.invokeWithLayer, "invokeWithLayer {X:Type} layer:int query:!X = X"),
        (
            TL.initConnection,
            "initConnection {X:Type} flags:# api_id:int device_model:string system_version:string app_version:string system_lang_code:string lang_pack:string lang_code:string proxy:flags.0?InputClientProxy params:flags.1?JSONValue query:!X = X"
        ),
        (TL.invokeWithoutUpdates, "invokeWithoutUpdates {X:Type} query:!X = X"),
        (
            TL.importBotAuthorization,
            "auth.importBotAuthorization flags:int api_id:int api_hash:string bot_auth_token:string = auth.Authorization"
        ),
        (TL.exportAuthorization, "auth.exportAuthorization dc_id:int = auth.ExportedAuthorization"),
        (TL.exportedAuthorization, "auth.exportedAuthorization id:long bytes:bytes = auth.ExportedAuthorization"),
        (TL.importAuthorization, "auth.importAuthorization id:long bytes:bytes = auth.Authorization"),
        (
            TL.authorization,
            "auth.authorization flags:# setup_password_required:flags.1?true otherwise_relogin_days:flags.1?int tmp_sessions:flags.0?int future_auth_token:flags.2?bytes user:User = auth.Authorization"
        ),
        (TL.getConfig, "help.getConfig = Config"),
        (
            TL.dcOption,
            "dcOption flags:# ipv6:flags.0?true media_only:flags.1?true tcpo_only:flags.2?true cdn:flags.3?true static:flags.4?true this_port_only:flags.5?true id:int ip_address:string port:int secret:flags.10?bytes = DcOption"
        ),
        (
            TL.getFile,
            "upload.getFile flags:# precise:flags.0?true cdn_supported:flags.1?true location:InputFileLocation offset:long limit:int = upload.File"
        ),
        (TL.file, "upload.file type:storage.FileType mtime:int bytes:bytes = upload.File"),
        (
            TL.fileCdnRedirect,
            "upload.fileCdnRedirect dc_id:int file_token:bytes encryption_key:bytes encryption_iv:bytes file_hashes:Vector<FileHash> = upload.File"
        ),
        (TL.fileUnknown, "storage.fileUnknown = storage.FileType"),
        (
            TL.inputDocumentFileLocation,
            "inputDocumentFileLocation id:long access_hash:long file_reference:bytes thumb_size:string = InputFileLocation"
        ),
        (
            TL.inputPhotoFileLocation,
            "inputPhotoFileLocation id:long access_hash:long file_reference:bytes thumb_size:string = InputFileLocation"
        ),
        (
            TL.inputPeerPhotoFileLocation,
            "inputPeerPhotoFileLocation flags:# big:flags.0?true peer:InputPeer photo_id:long = InputFileLocation"
        ),
        (TL.getMessages, "messages.getMessages id:Vector<InputMessage> = messages.Messages"),
        (
            TL.channelsGetMessages,
            "channels.getMessages channel:InputChannel id:Vector<InputMessage> = messages.Messages"
        ),
        (TL.channelsGetChannels, "channels.getChannels id:Vector<InputChannel> = messages.Chats"),
        (TL.inputMessageID, "inputMessageID id:int = InputMessage"),
        (TL.inputChannel, "inputChannel channel_id:long access_hash:long = InputChannel"),
        (TL.inputPeerUser, "inputPeerUser user_id:long access_hash:long = InputPeer"),
        (TL.inputPeerChannel, "inputPeerChannel channel_id:long access_hash:long = InputPeer"),
        (TL.inputPeerChat, "inputPeerChat chat_id:long = InputPeer"),
        (
            TL.messages,
            "messages.messages messages:Vector<Message> topics:Vector<ForumTopic> chats:Vector<Chat> users:Vector<User> = messages.Messages"
        ),
        (
            TL.messagesSlice,
            "messages.messagesSlice flags:# inexact:flags.1?true count:int next_rate:flags.0?int offset_id_offset:flags.2?int search_flood:flags.3?SearchPostsFlood messages:Vector<Message> topics:Vector<ForumTopic> chats:Vector<Chat> users:Vector<User> = messages.Messages"
        ),
        (
            TL.channelMessages,
            "messages.channelMessages flags:# inexact:flags.1?true pts:int count:int offset_id_offset:flags.2?int messages:Vector<Message> topics:Vector<ForumTopic> chats:Vector<Chat> users:Vector<User> = messages.Messages"
        ),
        (TL.messageEmpty, "messageEmpty flags:# id:int peer_id:flags.0?Peer = Message"),
        (TL.peerUser, "peerUser user_id:long = Peer"),
        (TL.peerChat, "peerChat chat_id:long = Peer"),
        (TL.peerChannel, "peerChannel channel_id:long = Peer"),
        (
            TL.messageFwdHeader,
            "messageFwdHeader flags:# imported:flags.7?true saved_out:flags.11?true from_id:flags.0?Peer from_name:flags.5?string date:int channel_post:flags.2?int post_author:flags.3?string saved_from_peer:flags.4?Peer saved_from_msg_id:flags.4?int saved_from_id:flags.8?Peer saved_from_name:flags.9?string saved_date:flags.10?int psa_type:flags.6?string = MessageFwdHeader"
        ),
        (
            TL.messageReplyHeader,
            "messageReplyHeader flags:# reply_to_scheduled:flags.2?true forum_topic:flags.3?true quote:flags.9?true reply_to_ephemeral:flags.13?true reply_to_msg_id:flags.4?int reply_to_peer_id:flags.0?Peer reply_from:flags.5?MessageFwdHeader reply_media:flags.8?MessageMedia reply_to_top_id:flags.1?int quote_text:flags.6?string quote_entities:flags.7?Vector<MessageEntity> quote_offset:flags.10?int todo_item_id:flags.11?int poll_option:flags.12?bytes = MessageReplyHeader"
        ),
        (
            TL.document,
            "document flags:# id:long access_hash:long file_reference:bytes date:int mime_type:string size:long thumbs:flags.0?Vector<PhotoSize> video_thumbs:flags.1?Vector<VideoSize> dc_id:int attributes:Vector<DocumentAttribute> = Document"
        ),
        (TL.photoSizeEmpty, "photoSizeEmpty type:string = PhotoSize"),
        (TL.photoSize, "photoSize type:string w:int h:int size:int = PhotoSize"),
        (TL.photoCachedSize, "photoCachedSize type:string w:int h:int bytes:bytes = PhotoSize"),
        (TL.photoStrippedSize, "photoStrippedSize type:string bytes:bytes = PhotoSize"),
        (TL.photoSizeProgressive, "photoSizeProgressive type:string w:int h:int sizes:Vector<int> = PhotoSize"),
        (TL.photoPathSize, "photoPathSize type:string bytes:bytes = PhotoSize"),
        (
            TL.videoSize,
            "videoSize flags:# type:string w:int h:int size:int video_start_ts:flags.0?double = VideoSize"
        ),
        (TL.documentAttributeAnimated, "documentAttributeAnimated = DocumentAttribute"),
        (TL.documentAttributeImageSize, "documentAttributeImageSize w:int h:int = DocumentAttribute"),
        (TL.documentAttributeHasStickers, "documentAttributeHasStickers = DocumentAttribute"),
        (TL.documentAttributeFilename, "documentAttributeFilename file_name:string = DocumentAttribute"),
        (
            TL.documentAttributeAudio,
            "documentAttributeAudio flags:# voice:flags.10?true duration:int title:flags.0?string performer:flags.1?string waveform:flags.2?bytes = DocumentAttribute"
        ),
        (
            TL.documentAttributeVideo,
            "documentAttributeVideo flags:# round_message:flags.0?true supports_streaming:flags.1?true nosound:flags.3?true duration:double w:int h:int preload_prefix_size:flags.2?int video_start_ts:flags.4?double video_codec:flags.5?string = DocumentAttribute"
        ),
    ]

    @Test(arguments: lines.indices)
    func `the number of a constructor is the CRC-32 of its line`(_ index: Int) {
        let (number, line) = Self.lines[index]
        #expect(CRC32.checksum(of: Self.normalised(line).utf8) == number, "\(line)")
    }

    /// As the numbers were made: without optional fields that carry no bytes, without braces and angle brackets, and
    /// `bytes` written as `string`.
    private static func normalised(_ line: String) -> String {
        let words = line.split(separator: " ").map(String.init).filter { word in
            !(word.contains(":flags.") && word.hasSuffix("?true"))
        }
        return words.map { word in
            var word = word
            if word.hasSuffix(":bytes") { word = word.dropLast(5) + "string" }
            if word.hasSuffix("?bytes") { word = word.dropLast(5) + "string" }
            return String(word.map { "<>{}".contains($0) ? " " : $0 })
        }.joined(separator: " ").split(separator: " ").joined(separator: " ")
    }
}
