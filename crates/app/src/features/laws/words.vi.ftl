laws-status-in-force = Còn hiệu lực
laws-status-not-yet = Chưa có hiệu lực
laws-status-suspended = Ngưng hiệu lực
laws-status-partly-ended = Hết hiệu lực một phần
laws-status-ended = Hết hiệu lực toàn bộ
laws-status-needs-check = Cần kiểm tra
