home-record = Ghi một hoạt động
home-pressing = { $value } mục quá hạn hoặc đến hạn trong tuần
home-late = Quá hạn { $value } ngày
home-today = Hạn hôm nay
home-days-left = Còn { $value } ngày
home-due = hạn { $value }
home-nothing = Không có việc nào đang chờ. Khi có buổi phổ biến, loa hay phát tài liệu, ghi lại ngay ở nút phía trên.
home-this-month = Tháng này
