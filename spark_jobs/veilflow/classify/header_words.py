"""Words that column names use, by type: English, German, French, Spanish, some Italian, Dutch and
Portuguese.

Phrases are folded (lower case, no accents) and separated by commas. STRONG phrases tell a type,
WEAK ones are shared by several, EXACT ones count only as the whole name. The empty type holds
phrases that only keep a shorter one from counting ("file name" is nobody's name).
"""

from __future__ import annotations

__all__ = ["EXACT", "NOT_TO_SPLIT", "STRONG", "WEAK", "WORDS"]

STRONG: dict[str, str] = {
    "person_name": (
        "first name,last name,full name,middle name,family name,given name,maiden name,birth name,"
        "patient name,customer name,client name,person name,employee name,contact name,name text,"
        "user full name,account holder,card holder,cardholder,holder name,beneficiary name,"
        "officer name,doctor name,provider name,physician name,clinician name,nurse name,"
        "guardian name,mother name,father name,spouse name,emergency contact,child name,"
        "student name,teacher name,author name,driver name,member name,respondent name,"
        "firstname,lastname,fullname,forename,fname,lname,mname,surname,nickname,nick name,"
        "initials,hh head,head of household,household head,case worker,caseworker,"
        "next of kin,clinician,physician,surgeon,attending,attending physician,"
        "vorname,nachname,familienname,zuname,rufname,geburtsname,ansprechpartner,"
        "patientenname,kundenname,behandelnder arzt,"
        "prenom,nom de famille,nom complet,nom patient,nom client,nom et prenom,"
        "nombre completo,apellido,apellidos,primer apellido,segundo apellido,primer nombre,"
        "nombre paciente,nombre cliente,cognome,nome completo,sobrenome,voornaam,achternaam,"
        "naam patient"
    ),
    "username": "user name,username,login,login name,screen name,benutzername,nom utilisateur,"
    "nom d utilisateur,nombre de usuario,handle,twitter handle,nom de usuario",
    "email_address": (
        "email,emails,email address,email id,e mail,e mail address,e mail id,mail address,"
        "mail contact,mail id,mailadresse,e mail adresse,email adresse,courriel,"
        "adresse mail,adresse email,adresse electronique,correo,correo electronico,"
        "direccion de correo,direccion email,posta elettronica"
    ),
    "phone_number": (
        "phone,phones,phone number,phone no,telephone,telephone number,tel,tel num,tel no,"
        "tel number,telefon,telefonnummer,telefon nummer,telefono,numero de telefono,telefone,"
        "mobile,mobile number,mobile no,mobile phone,mobil,mobilnummer,handy,handynummer,cell,"
        "cell phone,cell number,cellphone,cellulare,celular,movil,portable,numero de telephone,"
        "phn,fon,contact no,contact number,contact num,fax,fax number,faxnummer,msisdn,whatsapp,"
        "telefoon,telefoonnummer,rufnummer,landline,gsm"
    ),
    "street_address": (
        "address,addr,adress,street,street name,street address,street addr,home address,"
        "mailing address,postal address,billing address,shipping address,work address,"
        "address line,addr line,residence,residential address,strasse,str,anschrift,"
        "adresse,adresse postale,hausanschrift,wohnadresse,rue,direccion,domicilio,calle,"
        "indirizzo,via,endereco,adres,straat"
    ),
    "ssn": "ssn,social security number,social security no,social security,soc sec,us ssn",
    "nhs_number": "nhs,nhs number,nhs no,nhs num",
    "national_id": (
        "ssn,social security number,national id,national identifier,"
        "national identity,national insurance number,"
        "identity number,identity card,id card,citizen id,tax id,taxpayer id,tin,itin,nino,"
        "steuer id,steuernummer,steueridentifikationsnummer,personalausweis,ausweisnummer,"
        "sozialversicherungsnummer,numero de securite sociale,numero securite sociale,nir,"
        "insee number,dni,nie,nif,curp,cedula,codice fiscale,cpf,aadhaar,pan number,bsn,"
        "burgerservicenummer,pesel,personnummer,voter id"
    ),
    "passport_number": "passport,passport number,passport no,passport id,reisepass,"
    "reisepassnummer,passnummer,passeport,numero de passeport,pasaporte,passaporto",
    "drivers_license": (
        "drivers license,driver license,driving license,driving licence,driver licence,"
        "drivers licence,dl number,driver s license,"
        "fuhrerschein,fuehrerschein,fuhrerscheinnummer,permis de conduire,numero de permis,"
        "licencia de conducir,patente di guida,rijbewijs"
    ),
    "medical_record_number": (
        "mrn,medical record,medical record number,medical record no,medical record num,"
        "health record number,chart number,patient number,patient no,patientennummer,"
        "krankenaktennummer,numero de dossier,numero dossier,historia clinica,nhc,"
        "hospital number"
    ),
    "health_plan_number": (
        "health plan number,health plan id,insurance number,insurance id,insurance no,"
        "insurance member id,insurance policy,policy number,policy no,subscriber id,"
        "medicare number,medicaid number,medicaid id,versichertennummer,krankenkassennummer,"
        "versicherungsnummer,numero assurance,numero d assurance,numero de seguro,"
        "numero de poliza"
    ),
    "generic_id": (
        "id,ids,uuid,guid,uid,identifier,identifiers,ident,kennung,identifiant,identificador,"
        "serial,serial no,serial number,reference number,record ref,record number,case number,"
        "customer number,client number,member number,employee number,msisdn,keycode,key code,"
        "personal code,imsi,iccid,device id,session id,token id,"
        "kundennummer,personalnummer,mitgliedsnummer,vertragsnummer,fallnummer,aktenzeichen,"
        "matricule,numero client,numero de cliente,expediente,order number,invoice number,"
        "ticket number,transaction id,tracking number"
    ),
    "credit_card_number": (
        "credit card,credit card number,card number,card no,card num,ccn,cc number,cc num,"
        "payment card,debit card,kreditkarte,kreditkartennummer,carte de credit,carte bancaire,"
        "numero de carte,tarjeta,tarjeta de credito,numero de tarjeta,carta di credito"
    ),
    "iban_code": "iban,iban code,iban number",
    "swift_code": "swift,swift code,bic,bic code,swift bic",
    "bank_account_number": (
        "account number,account no,acct number,acct no,bank account,bank account number,"
        "kontonummer,numero de compte,compte bancaire,numero de cuenta,cuenta bancaria,"
        "conto corrente,rekeningnummer"
    ),
    "bank_routing_number": "routing number,routing no,routing,aba,aba number,sort code,"
    "bankleitzahl,blz",
    "amount": (
        "amount,cost,costs,total cost,price,fee,fees,charge,charges,total charge,payment,"
        "salary,income,wage,wages,revenue,balance,premium,expense,expenses,betrag,preis,kosten,"
        "gehalt,einkommen,lohn,umsatz,montant,prix,cout,salaire,revenu,monto,importe,precio,"
        "costo,coste,salario,ingresos,importo,prezzo,stipendio,bedrag,prijs,copay,deductible"
    ),
    "income_bracket": "salary class,income class,income bracket,income range,income group,"
    "salary range,salary band,income level,salary,income,gehaltsklasse,einkommensklasse",
    "ip_address": "ip,ip address,ip addr,ipv,client ip,remote ip,source ip,adresse ip,ip adresse,"
    "direccion ip,remote addr",
    "mac_address": "mac address,mac addr,mac adresse,adresse mac,bssid,wifi mac,hardware address",
    "imei": "imei,imei number,imei no",
    "vin": "vin,vehicle identification number,vehicle id number,chassis number,fahrgestellnummer,"
    "fin,bastidor",
    "license_plate": (
        "license plate,licence plate,number plate,plate number,plate,vehicle registration,"
        "kennzeichen,nummernschild,plaque d immatriculation,immatriculation,targa,"
        "kenteken"
    ),
    "url": "url,urls,uri,website,web site,web page,homepage,home page,link,profile url,web,"
    "site web,sitio web,webseite,internetseite,linkedin",
    "secret": (
        "password,passwd,pwd,passphrase,passwort,kennwort,mot de passe,contrasena,secret,"
        "secret key,api key,apikey,access key,private key,auth token,access token,"
        "refresh token,client token,client secret,bearer token,cvv,cvc,credentials"
    ),
    "date_of_birth": (
        "date of birth,birth date,birthdate,birth dt,dob,birthday,bday,b day,born,birth year,"
        "year of birth,yob,birth month,date birth,geburtsdatum,geburtstag,geb datum,gebdatum,"
        "geburtsjahr,geboren,date de naissance,naissance,date naissance,annee de naissance,"
        "fecha de nacimiento,fecha nacimiento,nacimiento,ano de nacimiento,data di nascita,"
        "data nascita,data de nascimento,nascimento,geboortedatum,geboorte"
    ),
    "age": "age,ages,alter,edad,eta,idade,leeftijd,age group,age range,age years,age in years,"
    "altersgruppe,lebensalter",
    "gender": "gender,sex,geschlecht,sexe,sexo,genre,genero,sesso,geslacht,gender identity,"
    "biological sex",
    "marital_status": (
        "marital status,marital,civil status,marriage status,married,relationship status,"
        "familienstand,zivilstand,etat civil,situation matrimoniale,situation familiale,"
        "estado civil,stato civile,burgerlijke staat"
    ),
    "ethnic_group": (
        "ethnic,ethnicity,ethnic group,ethnic origin,ethn,race,minority group,racial group,"
        "ethnie,ethnische gruppe,ethnische herkunft,origine ethnique,etnia,raza,raca,"
        "grupo etnico,etnicita,etniciteit"
    ),
    "nationality": (
        "nationality,citizenship,citizen,native country,country of birth,birth country,"
        "country of origin,country of citizenship,nationalitat,nationalitaet,"
        "staatsangehorigkeit,staatsangehoerigkeit,staatsburgerschaft,geburtsland,nationalite,"
        "pays de naissance,citoyennete,nacionalidad,pais de nacimiento,nazionalita,"
        "cittadinanza,nacionalidade,nationaliteit"
    ),
    "spoken_language": (
        "language,languages,spoken language,spoken lang,preferred language,mother tongue,"
        "native language,home language,lang,sprache,muttersprache,langue,langue maternelle,"
        "idioma,lengua,lengua materna,lingua,taal"
    ),
    "occupation": (
        "occupation,job,job title,profession,beruf,berufsbezeichnung,metier,emploi,ocupacion,"
        "profesion,puesto,professione,profissao,beroep,job role"
    ),
    "employment_status": "workclass,work class,employment status,employment type,employment,"
    "beschaftigung,beschaeftigung,statut d emploi,situacion laboral,worker class",
    "organization_name": (
        "organization,organisation,organization name,organisation name,org name,org,company,"
        "company name,employer,employer name,agency,reporting agency,firma,unternehmen,"
        "arbeitgeber,entreprise,employeur,societe,empresa,azienda,datore di lavoro,empregador,"
        "bedrijf,werkgever,school name,hospital name,institution,university,verein"
    ),
    "education": (
        "education,education level,educational level,education num,degree,highest degree,"
        "schooling,qualification,bildung,bildungsabschluss,schulabschluss,abschluss,diplome,"
        "niveau d etudes,niveau d etude,educacion,nivel educativo,estudios,istruzione,"
        "escolaridade,opleiding"
    ),
    "insurance": (
        "insurance,insurance type,insurance plan,insurance company,insurance provider,insurer,"
        "health insurance,health plan,payer,payor,payer name,coverage,krankenkasse,versicherung,"
        "krankenversicherung,assurance,mutuelle,seguro,aseguradora,assicurazione,verzekering"
    ),
    "zipcode": (
        "zip,zips,zip code,zip cd,zipcode,postal code,postal,postcode,post code,plz,postleitzahl,"
        "code postal,codigo postal,cap code,postcode area,cep"
    ),
    "geo_coordinates": (
        "latitude,longitude,lat,lng,lon,latlong,lat long,lat lon,lat lng,gps,coordinates,coords,"
        "coord,geo location,geolocation,geo point,geopoint,koordinaten,breitengrad,langengrad,"
        "laengengrad,coordonnees,coordenadas,latitud,longitud,latitudine,longitudine"
    ),
    "city": (
        "city,city name,town,village,municipality,home city,birth city,birthplace,place of birth,"
        "stadt,ort,wohnort,geburtsort,gemeinde,ville,commune,lieu de naissance,ciudad,municipio,"
        "localidad,lugar de nacimiento,citta,comune,luogo di nascita,cidade,stad,plaats,"
        "woonplaats"
    ),
    "region": (
        "state,us state,state code,state name,province,region,region name,county,district,"
        "parish,department code,bundesland,kanton,canton,landkreis,departement,provincia,estado,"
        "comunidad autonoma,regione,provincie,prefecture,territory"
    ),
    "country": "country,country name,country code,land,pays,pais,paese,country of residence,"
    "residence country",
    "date": (
        "date,dates,datum,fecha,data di,datetime,timestamp,date time,time stamp,zeitstempel,"
        "admitted at,discharged at,created at,updated at,visit date,admission date,"
        "discharge date,death date,date of death,dod,aufnahmedatum,entlassungsdatum,"
        "date d entree,date de sortie,fecha de ingreso,fecha de alta"
    ),
    "icd10_code": "icd,icd code,icd cm,icd diagnosis,diagnosis code,diagnosis codes,dx code,dx,"
    "diagnose code,diagnosecode,code diagnostic,cie,codigo diagnostico",
    "health_indicator": (
        "diagnosis,diagnoses,condition,disease,disability,disabled,smoker,smoking,"
        "smoking status,tobacco,alcohol,pregnant,pregnancy,diabetic,diabetes,hypertension,"
        "hiv,hiv status,allergy,allergies,"
        "symptoms,deceased,diagnose,raucher,rauchen,schwanger,behinderung,allergien,"
        "diagnostic,fumeur,enceinte,handicap,maladie,diagnostico,fumador,embarazada,"
        "discapacidad,enfermedad,fumatore,diagnosi"
    ),
    "medical_specialty": (
        "specialty,speciality,medical specialty,clinical unit,clinic,"
        "fachabteilung,fachrichtung,krankenhausstation,service hospitalier,"
        "specialite,especialidad"
    ),
    "blood_type": "blood type,blood group,bloodtype,bloodgroup,blutgruppe,groupe sanguin,"
    "grupo sanguineo,tipo de sangre,gruppo sanguigno,bloedgroep,abo",
    "religion": "religion,faith,religious affiliation,konfession,confession,"
    "religione,religiao,religious belief",
    "political_opinion": "political party,political affiliation,party affiliation,"
    "political opinion,party membership,partei,parti politique,partido,partido politico",
    "trade_union": "trade union,union member,union membership,labor union,gewerkschaft,"
    "syndicat,sindicato,sindacato",
    "sexual_orientation": "sexual orientation,sexuality,sexuelle orientierung,"
    "orientation sexuelle,orientacion sexual,orientamento sessuale",
    "free_text": (
        "notes,note,note text,comment,comments,remark,remarks,description,free text,text,body,"
        "message,narrative,summary,observations,discharge summary,bemerkung,bemerkungen,notiz,"
        "notizen,kommentar,beschreibung,anmerkung,freitext,commentaire,commentaires,remarque,"
        "comentario,comentarios,descripcion,observaciones,texto,notas,note cliniche,commento"
    ),
    "": (
        "file name,form name,product name,table name,column name,field name,event name,"
        "brand name,host name,domain name,course name,display name,category name,item name,"
        "variable name,service name,project name,campaign name,model name,color name,test name,"
        "plan name,package name,class name,team name,device name,dateiname,produktname,"
        "nom du fichier,nom produit,nombre de archivo,nombre producto,department name,"
        "house number,room number,page number,line number,version number,phone type,"
        "source file,response code,status code,error code,currency code,language code,"
        "update date,age at,card type,address type,name type,email verified,batch number,"
        "street type,length of stay,name length,human race,race time"
    ),
}

WEAK: dict[str, str] = {
    "person_name": "name,names,nom,nombre,naam,nome,contact,person,patient,owner,author,guardian,"
    "doctor,nurse,provider,physicians,enumerator,employee,officer,agent,manager,supervisor,"
    "arzt,medecin,medico,kunde,client,customer,responsible,signed by,created by,reviewed by",
    "email_address": "mail,contact,login,user,username",
    "phone_number": "contact,number",
    "street_address": "location,location text,line,ort",
    "ssn": "social,social number,ss number,ssn last",
    "national_id": "tax,tax number,identity,ausweis",
    "drivers_license": "license,licence,license number,licence number,permit",
    "medical_record_number": "medical id,record number,chart,hospital id",
    "health_plan_number": "member id,medicare,medicaid,beneficiary number",
    "generic_id": "number,no,nr,num,nummer,numero,ref,reference,key,record,token,hash,account,"
    "badge,barcode,lot,code",
    "credit_card_number": "card,cc,pan",
    "bank_account_number": "account,konto,compte,cuenta",
    "amount": "total,value,paid,due,cash,budget,sum,summe",
    "url": "page,site,domain,host,profile,image,photo,avatar",
    "date_of_birth": "birth,geburt,geb",
    "occupation": "work,position,role,title,trabajo,travail,arbeit",
    "organization_name": "school,hospital,business,office,partner,supplier,vendor,team,clinic",
    "zipcode": "zip plus,cap,cp",
    "geo_coordinates": "location,position,geo,point",
    "city": "location,place,locality,area",
    "region": "zone,area,division,place",
    "nationality": "origin,native",
    "ethnic_group": "minority,tribe,caste,origin",
    "date": "dt,ts,time,at,on,when,day,month,year,jahr,annee,ano,zeit,admitted,discharged,started,"
    "ended,registered,visit",
    "icd10_code": "diagnosis,diagnoses,dx,diagnose,diagnostic,diagnostico",
    "blood_type": "blood,blut",
    "education": "grade,school,study,studies",
    "insurance": "plan",
    "free_text": "details,info,reason,feedback,review,content,subject,history,anamnesis,answer",
    "secret": "token,pin,key,credential,auth",
    "religion": "church,belief",
}

EXACT: dict[str, str] = {
    "age": "years,yrs,yo,years old,y o",
    "occupation": "work",
    "phone_number": "number",
    "geo_coordinates": "x coordinate,y coordinate",
}

WORDS = (
    "id no nr of ip dt cd user case person record profile session patient customer client member "
    "account email phone mail name date birth number code address first last full postal zip "
    "city state country street home work job title card bank license plate encounter visit note "
    "order device file text type web site data kunden patienten adresse nummer telefon datum name"
)
"""Short and common words with which names written together are taken apart."""

NOT_TO_SPLIT = frozenset(
    "postage passage package percentage average storage message usage mileage voltage wastage "
    "candidate update mandate validate consolidate timid void avoid orchid druid fluid rapid "
    "accident accidents incident incidents resident residents president "
    "humid stupid candid android hybrid covid solid valid invalid paid unpaid prepaid grid".split()
)
