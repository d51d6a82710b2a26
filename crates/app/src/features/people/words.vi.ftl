people-sign-in = Đăng nhập
people-sign-out = Đăng xuất
people-email = Thư điện tử
people-email-hint = Thư công vụ của từng người, không dùng chung.
people-password = Mật khẩu
people-new-password = Mật khẩu mới
people-current-password = Mật khẩu hiện tại
people-password-hint = Ít nhất 10 ký tự; một câu ngắn dễ nhớ là tốt.
people-password-length = Mật khẩu cần từ 10 đến 200 ký tự.
people-password-easy = Mật khẩu này dễ đoán. Hãy dùng nhiều ký tự khác nhau và không dùng tên thư điện tử.
people-wrong-current = Mật khẩu hiện tại chưa đúng.
people-wait = Đã thử nhiều lần. Hãy chờ { $value } giây rồi thử lại.
people-forgotten = Quên mật khẩu
people-forgotten-how = Hãy ghi thư điện tử của tài khoản. Hệ thống gửi một liên kết để đặt mật khẩu mới.
people-send-link = Gửi liên kết
people-link-sent = Nếu thư điện tử này có tài khoản, liên kết đã được gửi và dùng được trong 2 giờ. Hãy xem cả thư rác.
people-set-password = Đặt mật khẩu
people-set-password-for = { $name } ({ $email }) đặt mật khẩu mới. Các lần đăng nhập ở máy khác sẽ kết thúc.
people-my-appointments = Vai trò đang giữ
people-no-appointment = Tài khoản chưa có vai trò ở đơn vị nào. Hãy nhờ người quản trị của đơn vị.
people-from = từ { $day }
people-to = đến hết { $day }
people-coming = Chưa đến ngày
people-holding = Đang giữ
people-over = Đã thôi
people-change-password = Đổi mật khẩu
people-sign-out-everywhere = Đăng xuất mọi nơi
people-sign-out-everywhere-hint = Kết thúc mọi lần đăng nhập của tài khoản trên mọi máy, kể cả máy này.
people-tokens = Mã truy cập cho phần mềm
people-tokens-hint = Một phần mềm dùng mã này để đọc và ghi dữ liệu thay cho tài khoản, trong phạm vi vai trò đang giữ.
people-token-name = Tên mã
people-token-name-hint = Ví dụ: Phần mềm báo cáo của Sở.
people-token-until = Dùng được đến
people-token-days = Thời hạn
people-days = { $days } ngày
people-token-make = Tạo mã
people-token-made = Mã truy cập mới, chỉ hiện một lần này. Hãy chép lại ngay:
people-token-revoke = Thu hồi
people-token-revoke-named = Thu hồi mã { $name }
people-tokens-many = Tài khoản đã có 20 mã. Hãy thu hồi mã không còn dùng.
people-action = Thao tác
people-of = Người của { $unit }
people-held = Đang giữ vai trò
people-ended = Đã thôi giữ vai trò
people-nobody = Đơn vị chưa có ai. Hãy thêm người đầu tiên ở cuối trang, ví dụ công chức phụ trách tư pháp.
people-name = Họ và tên
people-role = Vai trò
people-time = Thời gian
people-closed = Đã khóa
people-no-password-yet = Chưa đặt mật khẩu
people-units-below = Đơn vị trực thuộc
people-add = Thêm người
people-add-hint = Người mới nhận thư có liên kết để tự đặt mật khẩu. Nếu thư điện tử đã có tài khoản, vai trò được thêm vào tài khoản đó.
people-first-day = Từ ngày
people-first-day-hint = Ví dụ 23/11/2026; để trống là hôm nay.
people-last-day = Đến hết ngày
people-last-day-hint = Không bắt buộc.
people-end-before-begin = Ngày cuối không thể trước ngày đầu.
people-appointed-already = Người này đã giữ vai trò đó tại đơn vị trong thời gian này.
people-not-oneself = Không ai tự giao hoặc tự bớt vai trò của mình. Hãy nhờ người quản trị khác.
people-appointments = Các vai trò
people-appoint = Giao vai trò
people-appoint-at = Giao vai trò tại { $unit }
people-set-last-day = Đổi ngày cuối
people-end-now = Thôi giữ từ hôm nay
people-send-link-to = Gửi liên kết đặt mật khẩu
people-close = Khóa tài khoản
people-reopen = Mở lại tài khoản
people-closed-already = Tài khoản đang khóa. Hãy mở lại trước khi gửi liên kết.
people-hand-over = Bàn giao
people-hand-over-of = Bàn giao của { $name }
people-hand-over-what = Vai trò { $role } tại { $unit } và các việc đang làm chuyển cho người nhận. Có thể hoàn lại sau.
people-hand-over-on = Người nhận giữ từ ngày
people-hand-over-day = Ngày bàn giao phải sau ngày bắt đầu và không sau ngày cuối của vai trò.
people-hand-over-undo = Hoàn lại bàn giao
people-hand-over-changed = Vai trò đã được thay đổi sau khi bàn giao nên không hoàn lại được. Hãy chỉnh từng vai trò.
people-successor = Người nhận
people-successor-other = Người khác, theo thư điện tử
people-successor-email = Thư điện tử của người nhận
people-successor-email-hint = Chỉ khi người nhận chưa có vai trò tại đơn vị.
people-no-such-account = Chưa có tài khoản với thư điện tử này. Hãy thêm người trước.
people-cancel = Thôi
people-done-dang-xuat = Đã đăng xuất.
people-done-mat-khau = Đã đổi mật khẩu. Các lần đăng nhập khác đã kết thúc.
people-done-ma-truy-cap = Đã thu hồi mã truy cập.
people-done-tao-moi = Đã thêm người và gửi thư có liên kết đặt mật khẩu.
people-done-co-san = Thư điện tử này đã có tài khoản; vai trò đã được thêm vào.
people-done-chua-gui = Đã thêm người nhưng thư chưa gửi được. Hãy gửi lại liên kết sau ít phút.
people-done-bo-nhiem = Đã giao vai trò.
people-done-thoi-han = Đã đổi ngày cuối của vai trò.
people-done-lien-ket = Đã gửi liên kết đặt mật khẩu.
people-done-khoa = Đã khóa tài khoản. Các lần đăng nhập đã kết thúc.
people-done-mo = Đã mở lại tài khoản.
people-done-ban-giao = Đã bàn giao.
people-done-ban-giao-lai = Đã hoàn lại bàn giao.
people-log = Nhật ký
people-log-of = Nhật ký: { $unit }
people-log-caption = Mới nhất ở trên
people-log-seq = Số
people-log-when = Lúc
people-log-who = Người làm
people-log-act = Việc
people-log-object = Đối tượng
people-log-system = Hệ thống
people-log-from = Từ ngày
people-log-until = Đến hết ngày
people-log-empty = Không có việc nào trong phạm vi đã chọn.
people-log-older = Cũ hơn
people-log-check = Kiểm tra chuỗi
people-log-head = { $links } việc · đầu chuỗi { $hash }
people-log-holds = Chuỗi nhật ký nguyên vẹn: đã tính lại { $links } việc.
people-log-broken = Chuỗi nhật ký bị đứt tại số { $seq }: dữ liệu đã bị sửa ngoài chương trình. Hãy báo quản trị hệ thống và đối chiếu bản sao lưu.
people-all = Tất cả
people-filter = Lọc
people-mail-new-subject = Tài khoản Lan Tỏa
people-mail-new-text =
    Kính gửi { $name },

    Một tài khoản Lan Tỏa đã được tạo cho thư điện tử này. Hãy mở liên kết sau để đặt mật khẩu. Liên kết dùng được một lần, trong { $hours } giờ:

    { $link }

    Nếu không liên quan, hãy bỏ qua thư này.
people-mail-forgotten-subject = Đặt mật khẩu Lan Tỏa
people-mail-forgotten-text =
    Kính gửi { $name },

    Có yêu cầu đặt mật khẩu mới cho tài khoản này. Hãy mở liên kết sau. Liên kết dùng được một lần, trong { $hours } giờ:

    { $link }

    Nếu không yêu cầu, hãy bỏ qua thư này; mật khẩu cũ vẫn dùng được.

# The log's codes: an act, and a kind of object.
act-sign-in = Đăng nhập
act-sign-out = Đăng xuất
act-sign-out-everywhere = Đăng xuất mọi nơi
act-set-password = Đặt mật khẩu
act-ask-link = Yêu cầu liên kết đặt mật khẩu
act-send-link = Gửi liên kết đặt mật khẩu
act-make-token = Tạo mã truy cập
act-revoke-token = Thu hồi mã truy cập
act-make-account = Tạo tài khoản
act-close-account = Khóa tài khoản
act-reopen-account = Mở lại tài khoản
act-appoint = Giao vai trò
act-set-appointment-end = Đổi ngày cuối của vai trò
act-hand-over = Bàn giao
act-undo-hand-over = Hoàn lại bàn giao
act-record = Ghi
act-change = Sửa
act-withdraw = Thu hồi
object-account = Tài khoản
object-appointment = Vai trò
object-hand-over = Bàn giao
object-activity = Hoạt động
