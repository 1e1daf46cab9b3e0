"""Words of column names in further languages: Slavic, Nordic, Turkish, Greek, Arabic, East Asian.

Written like :mod:`header_words`, but as the languages write them: whoever reads them folds them.
"""

from __future__ import annotations

__all__ = ["STRONG_WORLD"]

STRONG_WORLD: dict[str, str] = {
    "generic_id": "番号,编号,編號,번호,号码",
    "blood_type": "血液型,血型,혈액형",
    "person_name": (
        "имя,фамилия,отчество,фио,полное имя,ім'я,прізвище,по батькові,имя пациента,имя клиента,"
        "imię,nazwisko,imię i nazwisko,nazwisko rodowe,jméno,příjmení,jméno a příjmení,meno,"
        "priezvisko,ime,prezime,priimek,név,vezetéknév,keresztnév,teljes név,nume,prenume,"
        "nume și prenume,vardas,pavardė,vārds,uzvārds,förnamn,efternamn,fornavn,efternavn,"
        "etternavn,fulde navn,fullt navn,etunimi,sukunimi,eesnimi,perekonnanimi,ad soyad,"
        "adı soyadı,soyad,soyadı,isim,isim soyisim,όνομα,επώνυμο,ονοματεπώνυμο,الاسم,اسم,"
        "الاسم الكامل,اسم العائلة,שם,שם פרטי,שם משפחה,نام,نام خانوادگی,氏名,姓名,名前,お名前,"
        "患者氏名,姓,名,フリガナ,客户姓名,患者姓名,성명,이름,성함,नाम,ชื่อ,ชื่อ นามสกุล,họ tên,"
        "họ và tên,nama,nama lengkap,nama depan,nama belakang"
    ),
    "date_of_birth": (
        "дата рождения,др,день рождения,дата народження,data urodzenia,datum narození,"
        "dátum narodenia,datum rođenja,datum rojstva,születési dátum,születési idő,data nașterii,"
        "gimimo data,dzimšanas datums,sünniaeg,födelsedatum,fødselsdato,fødselsdag,syntymäaika,"
        "fæðingardagur,doğum tarihi,ημερομηνία γέννησης,تاريخ الميلاد,تاریخ تولد,תאריך לידה,"
        "生年月日,誕生日,出生日期,生日,생년월일,생일,जन्म तिथि,जन्मतिथि,วันเกิด,ngày sinh,"
        "tanggal lahir,tarikh lahir"
    ),
    "phone_number": (
        "телефон,номер телефона,мобильный,мобильный телефон,nr telefonu,numer telefonu,"
        "telefon kom,telefonní číslo,telefónne číslo,broj telefona,telefonszám,număr de telefon,"
        "telefonnummer mobil,puhelin,puhelinnumero,matkapuhelin,telefon numarası,cep telefonu,"
        "τηλέφωνο,κινητό,الهاتف,رقم الهاتف,الجوال,טלפון,شماره تلفن,موبایل,電話番号,電話,携帯電話,"
        "电话,手机,手机号,手机号码,联系电话,電話號碼,전화번호,휴대폰,연락처,फ़ोन,โทรศัพท์,"
        "số điện thoại,điện thoại,nomor telepon,no hp,no telp"
    ),
    "email_address": (
        "электронная почта,почта,эл почта,электронна пошта,adres email,adres e mail,"
        "e mailová adresa,e postadress,e postadresse,sähköposti,e posta,e posta adresi,"
        "ηλεκτρονική διεύθυνση,البريد الإلكتروني,דואר אלקטרוני,ایمیل,メールアドレス,メール,"
        "电子邮件,邮箱,電子郵件,이메일,ईमेल,อีเมล,địa chỉ email,surel"
    ),
    "street_address": (
        "house no,house num,house number,house nr,flat no,flat number,apartment no,apt no,"
        "apartment number,plot no,door no,адрес,адреса,улица,вулиця,адрес проживания,"
        "adres zamieszkania,ulica,adresa,ulice,bydliště,lakcím,cím,strada,gatuadress,gateadresse,"
        "vejnavn,katuosoite,osoite,açık adres,cadde,sokak,διεύθυνση,οδός,العنوان,الشارع,כתובת,"
        "רחוב,آدرس,住所,地址,詳細地址,주소,पता,ที่อยู่,địa chỉ,alamat,alamat rumah"
    ),
    "city": (
        "город,населенный пункт,місто,miasto,miejscowość,miejsce urodzenia,město,obec,mesto,"
        "város,település,oraș,localitate,miestas,pilsēta,postort,poststed,bynavn,kaupunki,"
        "postitoimipaikka,kotikunta,şehir,ilçe,doğum yeri,πόλη,المدينة,עיר,شهر,市区町村,城市,市,"
        "出身地,도시,शहर,เมือง,thành phố,kota,tempat lahir,last residence,place of residence,"
        "town of residence,city of residence,residence city,lieu de residence,luogo di residenza,"
        "lugar de residencia,ciudad de residencia,local de residencia"
    ),
    "zipcode": (
        "почтовый индекс,индекс,поштовий індекс,kod pocztowy,psč,poštanski broj,poštna številka,"
        "irányítószám,cod poștal,postnummer,postinumero,posta kodu,ταχυδρομικός κώδικας,"
        "الرمز البريدي,מיקוד,郵便番号,邮编,邮政编码,우편번호,पिन कोड,รหัสไปรษณีย์,mã bưu chính,"
        "kode pos"
    ),
    "gender": (
        "пол,стать,płeć,pohlaví,pohlavie,spol,nem,kön,kjønn,køn,sukupuoli,cinsiyet,φύλο,الجنس,"
        "מין,جنسیت,性別,性别,성별,लिंग,เพศ,giới tính,jenis kelamin"
    ),
    "age": (
        "возраст,вік,wiek,věk,vek,életkor,vârstă,ålder,ikä,yaş,ηλικία,العمر,גיל,سن,年齢,年龄,"
        "나이,연령,उम्र,อายุ,tuổi,umur,usia"
    ),
    "national_id": (
        "личный номер,серия и номер паспорта,nr pesel,numer pesel,rodné číslo,osobní číslo,jmbg,"
        "oib,személyi szám,cod numeric personal,asmens kodas,personas kods,isikukood,"
        "fødselsnummer,personnr,hetu,henkilötunnus,kennitala,tc kimlik,tc no,kimlik no,"
        "رقم الهوية,תעודת זהות,מספר זהות,کد ملی,マイナンバー,個人番号,身份证,身份证号,身份证号码,"
        "身分證字號,주민등록번호,आधार,cccd,số cmnd,nomor induk kependudukan"
    ),
    "passport_number": (
        "паспорт,номер паспорта,nr paszportu,číslo pasu,passinumero,pasaport no,رقم جواز السفر,"
        "護照號碼,护照号,旅券番号,여권번호,hộ chiếu,no paspor"
    ),
    "occupation": (
        "профессия,должность,посада,zawód,stanowisko,povolání,povolanie,zanimanje,foglalkozás,"
        "ocupație,yrke,stilling,ammatti,meslek,επάγγελμα,المهنة,מקצוע,شغل,職業,职业,직업,पेशा,"
        "อาชีพ,nghề nghiệp,pekerjaan"
    ),
    "education": (
        "образование,освіта,wykształcenie,vzdělání,obrazovanje,végzettség,studii,utbildning,"
        "utdanning,uddannelse,koulutus,eğitim,εκπαίδευση,التعليم,学歴,学历,학력,शिक्षा,"
        "trình độ học vấn,pendidikan,ed level,edlevel,educ level"
    ),
    "marital_status": (
        "семейное положение,сімейний стан,stan cywilny,rodinný stav,bračno stanje,"
        "családi állapot,stare civilă,civilstånd,sivilstand,civilstand,siviilisääty,medeni hal,"
        "medeni durum,οικογενειακή κατάσταση,الحالة الاجتماعية,מצב משפחתי,وضعیت تأهل,婚姻状况,"
        "婚姻,혼인상태,वैवाहिक स्थिति,tình trạng hôn nhân,status perkawinan"
    ),
    "nationality": (
        "гражданство,национальность,obywatelstwo,narodowość,občanství,državljanstvo,"
        "állampolgárság,cetățenie,medborgarskap,statsborgerskap,kansalaisuus,uyruk,υπηκοότητα,"
        "الجنسية,אזרחות,ملیت,国籍,國籍,국적,राष्ट्रीयता,สัญชาติ,quốc tịch,kewarganegaraan"
    ),
    "religion": (
        "религия,вероисповедание,wyznanie,náboženství,vjera,vallás,uskonto,din,θρησκεία,الديانة,"
        "דת,宗教,종교,धर्म,ศาสนา,tôn giáo,agama"
    ),
    "spoken_language": ("speaks,languages spoken,язык,język,jazyk,nyelv,språk,sprog,kieli,dil"),
    "amount": (
        "valeur fonciere,valeur,montant total,comp total,total comp,total compensation,"
        "annual salary,fines owed,amount owed,owed,amount due,balance due,fine amount,fee,fees,"
        "miete,kaltmiete,warmmiete,nebenkosten,loyer,alquiler,affitto,canone,huur,zarobki,"
        "wynagrodzenie,зарплата,доход,maaş,gelir,年収,工资,收入,연봉,الراتب"
    ),
    "region": (
        "entidad,entidad federativa,область,край,регион,województwo,powiat,kraj,okres,megye,"
        "județ,län,fylke,maakunta,il,περιφέρεια,المحافظة,استان,都道府県,省,省份,지역,राज्य,"
        "จังหวัด,tỉnh,provinsi"
    ),
    "username": ("display name,gamertag,ник,логин,никнейм,用户名,ユーザー名,아이디,kullanıcı adı"),
    "device_id": ("push token,device token,fcm token,apns token,registration token"),
    "free_text": (
        "комментарий,примечание,uwagi,poznámka,megjegyzés,huomautukset,açıklama,notlar,σχόλια,"
        "ملاحظات,הערות,備考,备注,비고,टिप्पणी,ghi chú,keterangan"
    ),
}
